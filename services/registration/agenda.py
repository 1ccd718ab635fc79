"""An event's sessions: added, changed, removed. The other services hear of the whole agenda each time."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.form_fields import in_zone
from services.registration.models import Event, EventSession
from services.registration.publishing import publish_event

TIMES = ("opens_at", "starts_at", "late_after", "closes_at", "ends_at")


def add(session: Session, event: Event, given: Mapping[str, Any]) -> EventSession:
    """A new session of what schemas_event.AgendaItemForm loaded."""
    item = EventSession()
    _fill(event, item, given)
    event.sessions.append(item)
    _tell(session, event, "session.added", None, item)
    return item


def change(session: Session, event: Event, item: EventSession, given: Mapping[str, Any]) -> None:
    """Change a session of ``event``."""
    before = describe(item)
    _fill(event, item, given)
    _tell(session, event, "session.changed", before, item)


def remove(session: Session, event: Event, item: EventSession) -> None:
    """Take a session out of the agenda."""
    before = describe(item)
    event.sessions.remove(item)
    session.flush()
    session.expire(event, ["sessions"])
    publish_event(session, event)
    audit.record(session, "session.removed", item.id, event.id, before)


def describe(item: EventSession) -> dict[str, Any]:
    """A session as plain data, for the audit log."""
    return {"title": item.title, **{name: getattr(item, name).isoformat() for name in TIMES}}


def _fill(event: Event, item: EventSession, given: Mapping[str, Any]) -> None:
    item.title, item.title_en = given["session_title"], given["session_title_en"]
    for name in TIMES:
        setattr(item, name, in_zone(given[name], event.timezone))


def _tell(session: Session, event: Event, action: str, before: dict[str, Any] | None, item: EventSession) -> None:
    session.flush()
    # The order follows the times.
    session.expire(event, ["sessions"])
    publish_event(session, event)
    audit.record(session, action, item.id, event.id, before, describe(item))
