"""The overview, the mail log and the audit log."""
