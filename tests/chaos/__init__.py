"""The whole system under load while its parts fail at random moments, and what must be true afterwards."""
