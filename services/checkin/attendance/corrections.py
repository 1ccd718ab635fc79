"""Staff correct a presence, with a reason."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import audit
from services.checkin.models import Correction, RosterEntry
from services.checkin.scanning import derivation, loading
from services.checkin.scanning.locking import lock_people
from services.checkin.scanning.schedule import AgendaItem, Schedule
from shared import clock
from shared.actors import Actor


class UnknownAgendaItem(LookupError):
    """The event has no such agenda item."""


class LeftBeforeArrival(ValueError):
    """The departure has no arrival, or lies before it."""


def correct(
    session: Session,
    person: RosterEntry,
    session_id: int,
    arrived: time | None,
    left: time | None,
    reason: str,
    actor: Actor,
) -> None:
    """Set when a person was at an agenda item (``arrived`` None: not at all), whatever the scans say.

    Times are times of day on the item's day, in the event's zone. Raises UnknownAgendaItem and LeftBeforeArrival.
    """
    schedule, item = _find(session, person.event_id, session_id)
    arrived_at, left_at = _instant(arrived, item, schedule), _instant(left, item, schedule)
    if left_at and (arrived_at is None or left_at < arrived_at):
        raise LeftBeforeArrival(session_id)
    lock_people(session, [person.participant_id])
    values = {
        "event_id": person.event_id,
        "arrived_at": arrived_at,
        "left_at": left_at,
        "reason": reason,
        "actor": str(actor),
        "at": clock.now(),
    }
    session.execute(
        insert(Correction)
        .values(participant_id=person.participant_id, session_id=session_id, **values)
        .on_conflict_do_update(index_elements=["participant_id", "session_id"], set_=values)
    )
    audit.record(session, actor, "attendance.corrected", person.participant_id, event_id=person.event_id, reason=reason)
    _derive(session, person)


def withdraw(session: Session, person: RosterEntry, session_id: int, actor: Actor) -> None:
    """Remove a correction: the scans decide again. Raises UnknownAgendaItem."""
    _find(session, person.event_id, session_id)
    lock_people(session, [person.participant_id])
    theirs = (Correction.participant_id == person.participant_id, Correction.session_id == session_id)
    session.execute(delete(Correction).where(*theirs))
    audit.record(session, actor, "correction.withdrawn", person.participant_id, event_id=person.event_id)
    _derive(session, person)


def _find(session: Session, event_id: int, session_id: int) -> tuple[Schedule, AgendaItem]:
    schedule = loading.current_schedule(session, event_id)
    item = schedule.item(session_id) if schedule else None
    if schedule is None or item is None:
        raise UnknownAgendaItem(session_id)
    return schedule, item


def _instant(at: time | None, item: AgendaItem, schedule: Schedule) -> datetime | None:
    if at is None:
        return None
    day = item.starts_at.astimezone(ZoneInfo(schedule.timezone))
    return day.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)


def _derive(session: Session, person: RosterEntry) -> None:
    session.flush()
    derivation.derive(session, person.event_id, {person.participant_id: person})
