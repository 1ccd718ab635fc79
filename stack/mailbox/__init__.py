"""A real SMTP server whose mail goes nowhere but to a page: what the embedded stack delivers to."""
