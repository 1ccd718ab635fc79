"""Agenda items of an event: added, changed, removed. The whole agenda is published each time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import AgendaItem, Event
from services.registration.outbound import publish_event
from services.registration.schemas.fields import in_zone
from shared.actors import Actor
from shared.contracts import SESSION_TIMES


def add(session: Session, actor: Actor, event: Event, given: Mapping[str, Any]) -> AgendaItem:
    """Add an item from what schemas.events.AgendaItemForm loaded."""
    item = AgendaItem()
    _fill(event, item, given)
    event.agenda.append(item)
    _publish(session, actor, event, "session.added", None, item)
    return item


def change(session: Session, actor: Actor, event: Event, item: AgendaItem, given: Mapping[str, Any]) -> None:
    """Change an item of ``event``."""
    before = describe(item)
    _fill(event, item, given)
    _publish(session, actor, event, "session.changed", before, item)


def remove(session: Session, actor: Actor, event: Event, item: AgendaItem) -> None:
    """Remove an item from the agenda."""
    before = describe(item)
    event.agenda.remove(item)
    session.flush()
    session.expire(event, ["agenda"])
    publish_event(session, event)
    audit.record(session, actor, "session.removed", item.id, event_id=event.id, before=before)


def describe(item: AgendaItem) -> dict[str, Any]:
    """An item as JSON data, for the audit log."""
    return {"title": item.title, **{name: getattr(item, name).isoformat() for name in SESSION_TIMES}}


def _fill(event: Event, item: AgendaItem, given: Mapping[str, Any]) -> None:
    item.title, item.title_en = given["session_title"], given["session_title_en"]
    for name in SESSION_TIMES:
        setattr(item, name, in_zone(given[name], event.timezone))


def _publish(
    session: Session, actor: Actor, event: Event, action: str, before: dict[str, Any] | None, item: AgendaItem
) -> None:
    session.flush()
    # The order of the agenda depends on the times that were just written.
    session.expire(event, ["agenda"])
    publish_event(session, event)
    audit.record(session, actor, action, item.id, event_id=event.id, before=before, after=describe(item))


def find(event: Event, item_id: int) -> AgendaItem | None:
    """The item of ``event`` with this id, or None."""
    return next((item for item in event.agenda if item.id == item_id), None)


def suggested_times(event: Event) -> dict[str, datetime]:
    """Times for one more item: after the last one, with the usual door."""
    starts = event.agenda[-1].ends_at if event.agenda else event.starts_at
    ends = max(event.ends_at, starts + timedelta(hours=1))
    return {
        "opens_at": starts - timedelta(minutes=30),
        "starts_at": starts,
        "late_after": starts + timedelta(minutes=15),
        "closes_at": ends,
        "ends_at": ends,
    }
