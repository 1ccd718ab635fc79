"""The ticket in the QR code: 90 bytes signed with Ed25519, written as ``EV1:`` and base45.

Layout (big-endian): version u8, key number u8, event u32, ticket id 16 bytes, expiry u32 (seconds since 1970,
UTC), signature 64 bytes over ``b"EVT1\\0"`` + the 26 bytes before it. Base45 (RFC 9285) uses only the
characters of the QR code's alphanumeric mode, so that the code is version 6-M with 41 x 41 modules.
"""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared import base45, keys

PREFIX = "EV1:"
# The most characters that a QR code can hold: no scanned text is longer.
LONGEST_QR_TEXT = 7089
VERSION = 1
_HEAD = struct.Struct(">BBI16sI")
_DOMAIN = b"EVT1\0"
_SIGNATURE_BYTES = 64


class Ticket(NamedTuple):
    """The content of a genuine ticket: its id, its event, and until when it is valid."""

    event_id: int
    ticket_id: UUID
    expires_at: datetime


class Flaw(StrEnum):
    """Why a text is not a genuine ticket."""

    NOT_A_TICKET = "not_a_ticket"
    BAD_SIGNATURE = "bad_signature"


class InvalidTicket(ValueError):
    """The text is not a ticket, or its signature is not genuine."""

    def __init__(self, flaw: Flaw):
        super().__init__(flaw.value)
        self.flaw = flaw


def write(ticket: Ticket, signing: keys.SigningKey) -> str:
    """The text for the QR code: 139 characters."""
    expires = int(ticket.expires_at.timestamp())
    head = _HEAD.pack(VERSION, signing.kid, ticket.event_id, ticket.ticket_id.bytes, expires)
    return PREFIX + base45.encode(head + signing.sign(_DOMAIN + head))


def read(text: str, ring: Mapping[int, Ed25519PublicKey]) -> Ticket:
    """The ticket in a scanned text. Raises InvalidTicket. The door decides whether it may enter."""
    if not text.startswith(PREFIX):
        raise InvalidTicket(Flaw.NOT_A_TICKET)
    try:
        raw = base45.decode(text[len(PREFIX) :])
    except ValueError as error:
        raise InvalidTicket(Flaw.NOT_A_TICKET) from error
    if len(raw) != _HEAD.size + _SIGNATURE_BYTES or raw[0] != VERSION:
        raise InvalidTicket(Flaw.NOT_A_TICKET)
    head, signature = raw[: _HEAD.size], raw[_HEAD.size :]
    _version, kid, event_id, ticket_id, expires = _HEAD.unpack(head)
    if not keys.verifies(ring.get(kid), signature, _DOMAIN + head):
        raise InvalidTicket(Flaw.BAD_SIGNATURE)
    return Ticket(event_id, UUID(bytes=ticket_id), datetime.fromtimestamp(expires, UTC))
