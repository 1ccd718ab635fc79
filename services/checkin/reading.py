"""From what a scanner or a person typed to whose ticket it claims to be. Never raises."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.checkin.judging import Verdict
from shared import tickets

_NOT_IN_CODES = re.compile(r"[^0-9A-Z]")
_UNSTORABLE = re.compile("[\x00-\x1f\ud800-\udfff]")


class Reading(NamedTuple):
    """A genuine ticket's id and expiry, or a code to look up, or the reason why it is neither."""

    ticket_id: UUID | None = None
    expires_at: datetime | None = None
    code: str | None = None
    refused: Verdict | None = None


def read(text: str, event_id: int, ring: Mapping[int, Ed25519PublicKey]) -> Reading:
    """What ``text`` claims at the door of ``event_id``."""
    if text[:4].upper() != tickets.PREFIX:
        code = plain_code(text)
        return Reading(code=code) if code else Reading(refused=Verdict.UNKNOWN_TICKET)
    try:
        # Keyboard scanners may swap capitals and end with a line. (No ticket ends with base45's space: its last
        # character is the highest digit of two bytes.)
        ticket = tickets.read(text.upper().strip(), ring)
    except tickets.InvalidTicket as error:
        genuine_form = error.flaw is tickets.Flaw.BAD_SIGNATURE
        return Reading(refused=Verdict.BAD_SIGNATURE if genuine_form else Verdict.UNKNOWN_TICKET)
    if ticket.event_id != event_id:
        return Reading(refused=Verdict.WRONG_EVENT)
    return Reading(ticket_id=ticket.ticket_id, expires_at=ticket.expires_at)


def plain_code(text: str) -> str | None:
    """A typed code without the spaces and dashes people put in, or None for what cannot be one."""
    code = _NOT_IN_CODES.sub("", text.upper()) if len(text) <= 40 else ""
    return code if 0 < len(code) <= 20 else None


def excerpt(text: str) -> str:
    """The beginning of what was read, fit for the database and for showing."""
    return _UNSTORABLE.sub("\ufffd", text[:60])
