"""Tickets: their code, their QR code, and the signed link to the participant's page."""
