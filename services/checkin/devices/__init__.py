"""Door devices: pairing, revoking, and recognising them by their token."""
