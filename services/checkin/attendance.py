"""Presence per person and session: derived from the fold, stored where it changed, told to the other services."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin.folding import Folded, Presence
from services.checkin.models import Attendance
from services.checkin.schedule import Schedule
from services.checkin.schedule import Session as Agenda
from shared.contracts import ATTENDANCE_CHANGED
from shared.delivery.publish import publish_many

_ABSENT = {"arrived_at": None, "left_at": None, "minutes": 0, "punctuality": None}
_STATE = (*_ABSENT, "corrected")


class Found(NamedTuple):
    """What the fold found out about one participant."""

    participant_id: UUID
    folded: Folded


def store(session: Session, schedule: Schedule, found: Iterable[Found]) -> int:
    """Store and publish the attendance that changed; returns how many rows that were.

    The caller holds the locks of the participants. ``schedule`` is the newest: minutes count in its hours.
    """
    by_person = {each.participant_id: each.folded for each in found}
    known = _known(session, schedule.event_id, by_person)
    changed = []
    for participant_id, folded in by_person.items():
        sessions = {*folded.presence, *(key[1] for key in known if key[0] == participant_id)}
        for session_id in sorted(sessions):
            before = known.get((participant_id, session_id))
            state = state_of(folded.presence.get(session_id), schedule.session(session_id))
            if before is None or any(getattr(before, name) != state[name] for name in _STATE):
                changed.append(
                    {
                        "participant_id": participant_id,
                        "session_id": session_id,
                        "event_id": schedule.event_id,
                        "version": before.version + 1 if before else 1,
                        **state,
                    }
                )
    _write(session, changed)
    return len(changed)


def state_of(presence: Presence | None, agenda: Agenda | None) -> dict[str, Any]:
    """One row's state. Who was not scanned out counts as present to the session's end."""
    if presence is None:
        return {**_ABSENT, "corrected": False}
    seconds = sum(agenda.seconds(stay.arrived_at, stay.left_at) for stay in presence.stays) if agenda else 0
    return {
        "arrived_at": presence.arrived_at,
        "left_at": presence.left_at,
        "minutes": int(seconds // 60),
        "punctuality": "late" if presence.late else "on_time",
        "corrected": False,
    }


def _known(session: Session, event_id: int, people: Iterable[UUID]) -> Mapping[tuple[UUID, int], Attendance]:
    rows = session.scalars(
        select(Attendance).where(Attendance.event_id == event_id, Attendance.participant_id.in_(list(people)))
    )
    return {(row.participant_id, row.session_id): row for row in rows}


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(Attendance)
    values = {name: statement.excluded[name] for name in ("version", *_STATE)}
    session.execute(statement.on_conflict_do_update(index_elements=["participant_id", "session_id"], set_=values), rows)
    publish_many(session, ATTENDANCE_CHANGED, rows)
