"""A real SMTP server that only shows its mail on a page. The embedded stack delivers to it."""
