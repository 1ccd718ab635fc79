"""Guests without a registration: asking registration for one, and recording its answer."""
