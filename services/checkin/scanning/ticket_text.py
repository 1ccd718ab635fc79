"""From the text that a scanner read or a person typed to the ticket it names. Never raises."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.checkin.scanning.judging import Verdict
from shared import tickets

_NOT_IN_CODES = re.compile(r"[^0-9A-Z]")
_UNSTORABLE = re.compile("[\x00-\x1f\ud800-\udfff]")


class TicketText(NamedTuple):
    """A genuine ticket's id and expiry, or a code to look up, or the reason why the text is neither."""

    ticket_id: UUID | None = None
    expires_at: datetime | None = None
    code: str | None = None
    refused: Verdict | None = None


def read(text: str, event_id: int, ring: Mapping[int, Ed25519PublicKey]) -> TicketText:
    """What ``text`` names at the door of ``event_id``; ``ring`` holds the public keys by id."""
    if text[:4].upper() != tickets.PREFIX:
        code = plain_code(text)
        return TicketText(code=code) if code else TicketText(refused=Verdict.UNKNOWN_TICKET)
    try:
        # Keyboard scanners may swap upper and lower case, and add a line break. (No ticket ends with the space of
        # base45: its last character is the highest digit of two bytes.)
        ticket = tickets.read(text.upper().strip(), ring)
    except tickets.InvalidTicket as error:
        genuine_form = error.flaw is tickets.Flaw.BAD_SIGNATURE
        return TicketText(refused=Verdict.BAD_SIGNATURE if genuine_form else Verdict.UNKNOWN_TICKET)
    if ticket.event_id != event_id:
        return TicketText(refused=Verdict.WRONG_EVENT)
    return TicketText(ticket_id=ticket.ticket_id, expires_at=ticket.expires_at)


def plain_code(text: str) -> str | None:
    """A typed code without spaces and dashes, or None for a text that cannot be a code."""
    code = _NOT_IN_CODES.sub("", text.upper()) if len(text) <= 40 else ""
    return code if 0 < len(code) <= 20 else None


def excerpt(text: str) -> str:
    """The beginning of the text, safe to store and to show."""
    return _UNSTORABLE.sub("\ufffd", text[:60])
