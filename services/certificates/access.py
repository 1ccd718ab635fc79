"""From the request to the rows that this caller may see."""

from flask import abort, g
from sqlalchemy.orm import Session

from services.certificates.models import Event
from shared.actors import STAFF, Actor
from shared.web.access import ORGANISER, must


def caller() -> Actor:
    """The signed-in organiser who makes this request."""
    return Actor(STAFF, g.principal.id, g.principal.name)


def check_event(event_id: int) -> None:
    """End the request with 403 unless the caller organises this event."""
    must(g.principal.may(ORGANISER, event_id))


def own_event(session: Session, event_id: int) -> Event:
    """The event, if it exists and the caller organises it. Otherwise the request ends with 404 or 403."""
    check_event(event_id)
    row = session.get(Event, event_id) if event_id < 2**31 else None
    return row or abort(404)


def may_see(event: Event) -> bool:
    """Whether the caller organises ``event``."""
    return bool(g.principal.may(ORGANISER, event.event_id))
