"""The signed link to the participant's own page."""

import uuid
from datetime import timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services.registration.models import Event, Participant
from shared import clock, settings

# The page outlives the event, for the certificate and corrections.
LINK_VALID_AFTER_END = timedelta(days=365)


def link_token(event: Event, person: Participant) -> str:
    """The signed token of the participant's page. It names the ticket, so that it ends with a revoked ticket.

    It expires in business time, a year after the event, because it is tied to the event and not to a sign-in.
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
        # Base64 has several spellings for the same bytes; a link has one.
        if clock.now().timestamp() >= expires or _serializer().dumps([ticket_id, expires]) != token:
            return None
        return uuid.UUID(hex=ticket_id)
    except (BadData, ValueError, TypeError, AttributeError):
        return None


def holder(session: Session, token: str) -> Participant | None:
    """The participant with this link, with the event loaded; None for an invalid link, and after an erasure."""
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
