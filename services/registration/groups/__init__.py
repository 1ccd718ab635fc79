"""Breakout groups, by draw and by hand."""
