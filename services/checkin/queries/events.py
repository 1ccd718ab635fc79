"""The events that have arrived here."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkin.models import Event


def find(session: Session, event_id: int) -> Event | None:
    """The copy of an event, if it has arrived."""
    return session.get(Event, event_id)


def listed(session: Session) -> list[Event]:
    """All events that are not drafts, by start, the latest first."""
    return list(session.scalars(select(Event).where(Event.status != "draft").order_by(Event.starts_at.desc())))
