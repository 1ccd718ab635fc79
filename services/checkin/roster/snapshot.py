"""What a device needs to work offline: roster, schedule, public keys, who is in. No e-mail addresses."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.checkin.models import Attendance, Event, RosterEntry, RosterRevision, WalkIn
from services.checkin.roster import entries
from services.checkin.scanning import loading
from services.checkin.scanning.schedule import AgendaItem
from shared import clock, settings
from shared.contracts import SESSION_TIMES

# Devices delete the roster this long after the event ends.
KEPT_AFTER_END = timedelta(hours=12)
# A row is older than its commit: rows of slow transactions are looked for this far back.
_OVERLAP = timedelta(seconds=35)


class EventOver(LookupError):
    """The event ended long ago: devices delete its people."""


def version(session: Session, event_id: int) -> str:
    """A hash that changes with everything in ``snapshot``: the ETag for devices that poll."""
    parts = (
        session.scalar(select(RosterRevision.revision).where(RosterRevision.event_id == event_id)),
        session.scalar(select(Event.version).where(Event.event_id == event_id)),
        session.scalar(select(func.max(Attendance.changed_at)).where(Attendance.event_id == event_id)),
        session.scalar(select(func.sum(Attendance.version)).where(Attendance.event_id == event_id)),
        session.scalar(select(func.sum(WalkIn.answer_version)).where(WalkIn.event_id == event_id)),
        settings.required("HADIR_TICKET_PUBLIC_KEYS"),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def snapshot(session: Session, event_id: int, since: int, seen: datetime | None) -> dict[str, Any]:
    """Everything (``since`` 0), or what changed since that revision; ``seen`` is an earlier ``as_of`` (real time).

    Raises EventOver, also for an event that has not arrived.
    """
    event, schedule = session.get(Event, event_id), loading.current_schedule(session, event_id)
    now = clock.now()
    if event is None or schedule is None or now > event.ends_at + KEPT_AFTER_END:
        raise EventOver(event_id)
    as_of = clock.real_now()
    revision = session.scalar(select(RosterRevision.revision).where(RosterRevision.event_id == event_id)) or 0
    people = session.scalars(select(RosterEntry).where(RosterEntry.event_id == event_id, RosterEntry.revision > since))
    return {
        "now": now.isoformat(),
        "as_of": as_of.isoformat(),
        "revision": revision,
        "event": {
            "event_id": event.event_id,
            "title": event.title,
            "title_en": event.title_en,
            "timezone": event.timezone,
            # Browsers only know "GMT+7" for what people call WIB.
            "zone": event.starts_at.astimezone(ZoneInfo(event.timezone)).strftime("%Z"),
            "ends_at": event.ends_at.isoformat(),
        },
        "schedule": {"version": schedule.version, "sessions": [_agenda_item(item) for item in schedule.items]},
        "keys": settings.required("HADIR_TICKET_PUBLIC_KEYS"),
        "expected": entries.expected(session, event_id),
        "people": [_person(row) for row in people],
        "presence": [_presence(row) for row in _attendance(session, event_id, seen)],
        "walk_ins": [_walk_in(row) for row in _answers(session, event_id)],
    }


def _attendance(session: Session, event_id: int, seen: datetime | None) -> Any:
    query = select(Attendance).where(Attendance.event_id == event_id)
    if seen is not None:
        query = query.where(Attendance.changed_at > seen - _OVERLAP)
    return session.scalars(query)


def _answers(session: Session, event_id: int) -> Any:
    return session.scalars(select(WalkIn).where(WalkIn.event_id == event_id, WalkIn.outcome.is_not(None)))


def _agenda_item(item: AgendaItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "title_en": item.title_en,
        **{name: getattr(item, name).isoformat() for name in SESSION_TIMES},
    }


def _person(row: RosterEntry) -> dict[str, Any]:
    if row.erased:
        return {"participant_id": str(row.participant_id), "erased": True}
    return {
        "participant_id": str(row.participant_id),
        "ticket_id": row.ticket_id.hex,
        "revoked_ticket_ids": [each.hex for each in row.revoked_ticket_ids],
        "code": row.code,
        "name": row.name,
        "role": row.role,
        "organisation": row.organisation,
        "status": row.status,
        "status_at": row.status_at.isoformat(),
        "group_number": row.group_number,
        "group_topic": row.group_topic,
        "needs_assistance": row.needs_assistance,
    }


def _presence(row: Attendance) -> dict[str, Any]:
    return {
        "participant_id": str(row.participant_id),
        "session_id": row.session_id,
        "arrived_at": row.arrived_at.isoformat() if row.arrived_at else None,
        "left_at": row.left_at.isoformat() if row.left_at else None,
    }


def _walk_in(row: WalkIn) -> dict[str, Any]:
    return {
        "walk_in_id": str(row.walk_in_id),
        "outcome": row.outcome,
        "participant_id": str(row.participant_id) if row.participant_id else None,
        "reason": row.reason,
    }
