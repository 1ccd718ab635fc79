"""Seats of partners and of the open pool, and the waiting list."""
