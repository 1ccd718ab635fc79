"""Getting and losing a registration: signing up, import, walk-ins, offers, cancelling."""
