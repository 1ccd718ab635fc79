"""Codes of tickets and invitations: scanned, spoken, typed and read aloud."""

import secrets
from datetime import timedelta

from services.registration.models import Event, Participant
from shared import keys, tickets

# No I, L, O, 0, 1 (easily confused), no B/8, S/5, Z/2, U/V.
ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
TICKET_CODE_LETTERS = 8
# A ticket is valid until the day after the event.
QR_VALID_AFTER_END = timedelta(days=1)


def ticket_code() -> str:
    """A fresh code for a ticket, e.g. "KD4R7MXA": one of 78 thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(TICKET_CODE_LETTERS))


def spoken(code: str) -> str:
    """The code in two groups, as it is printed: "KD4R 7MXA"."""
    return f"{code[:4]} {code[4:]}"


def invite_code() -> str:
    """A fresh, unguessable code for a partner's invitation link."""
    return secrets.token_urlsafe(12)


def qr_text(event: Event, person: Participant) -> str:
    """The signed ``EV1:`` text in the QR code of a participant's current ticket."""
    ticket = tickets.Ticket(event.id, person.ticket_id, event.ends_at + QR_VALID_AFTER_END)
    return tickets.write(ticket, keys.signing_key("HADIR_TICKET_PRIVATE_KEY"))
