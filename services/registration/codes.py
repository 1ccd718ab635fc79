"""Codes that people say, type and read aloud."""

import secrets

# No I, L, O, 0, 1 (taken for each other), no B/8, S/5, Z/2, U/V.
ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
TICKET_CODE_LETTERS = 8


def ticket_code() -> str:
    """A fresh code for a ticket, e.g. "KD4R7MXA": one of 78 thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(TICKET_CODE_LETTERS))


def spoken(code: str) -> str:
    """The code in two groups, as it is printed: "KD4R 7MXA"."""
    return f"{code[:4]} {code[4:]}"


def invite_code() -> str:
    """A fresh, unguessable code for a partner's invitation link."""
    return secrets.token_urlsafe(12)
