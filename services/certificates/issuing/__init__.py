"""Issuing runs, numbers, issuing, sending again, revoking."""
