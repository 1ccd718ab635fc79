"""The signed data of a certificate, and the published keys."""
