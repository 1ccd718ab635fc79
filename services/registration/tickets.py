"""Tickets: what the QR code says, and the link to the participant's own page."""

import uuid
from datetime import timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services.registration.models import Event, Participant
from shared import clock, keys, settings, tickets

# A ticket may be shown until the day after the event; its page stays for the certificate and corrections.
QR_VALID_AFTER_END = timedelta(days=1)
LINK_VALID_AFTER_END = timedelta(days=365)


def qr_text(event: Event, person: Participant) -> str:
    """The signed ``EV1:`` text of somebody's current ticket."""
    ticket = tickets.Ticket(event.id, person.ticket_id, event.ends_at + QR_VALID_AFTER_END)
    return tickets.write(ticket, keys.signing_key("HADIR_TICKET_PRIVATE_KEY"))


def link_token(event: Event, person: Participant) -> str:
    """The signed token of the participant's page. It names the ticket, so that it dies with a revoked one.

    It expires in business time, a year after the event: it belongs to the event's calendar, not to a sign-in.
    """
    expires = int((event.ends_at + LINK_VALID_AFTER_END).timestamp())
    return _serializer().dumps([person.ticket_id.hex, expires])


def link_path(event: Event, person: Participant) -> str:
    """Path of the participant's own page."""
    return f"/t/{link_token(event, person)}"


def link(event: Event, person: Participant) -> str:
    """Address of the participant's own page."""
    return settings.public_url(link_path(event, person))


def read_link(token: str) -> uuid.UUID | None:
    """The ticket id in a genuine token that has not expired, or None."""
    try:
        ticket_id, expires = _serializer().loads(token)
        if clock.now().timestamp() >= expires:
            return None
        return uuid.UUID(hex=ticket_id)
    except (BadData, ValueError, TypeError, AttributeError):
        return None


def holder(session: Session, token: str) -> Participant | None:
    """The participant whose link this is, with the event loaded; None for anything else, and after an erasure."""
    ticket_id = read_link(token)
    if ticket_id is None:
        return None
    return session.scalar(
        select(Participant)
        .where(Participant.ticket_id == ticket_id, Participant.erased_at.is_(None))
        .options(joinedload(Participant.event))
    )


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.required("HADIR_SECRET_KEY"), salt="participant-page")
