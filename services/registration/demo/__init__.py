"""The reference event with invented people."""
