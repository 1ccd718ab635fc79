"""Signing in, passwords, the team."""
