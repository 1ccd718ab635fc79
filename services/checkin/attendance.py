"""Presence per person and session: derived from the fold, stored where it changed, told to the other services."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session, aliased

from services.checkin.folding import Folded, Presence
from services.checkin.judging import Stay
from services.checkin.models import Attendance, Correction
from services.checkin.schedule import Schedule
from services.checkin.schedule import Session as Agenda
from shared import clock
from shared.contracts import ATTENDANCE_CHANGED
from shared.delivery.publish import publish

_ABSENT = {"arrived_at": None, "left_at": None, "minutes": 0, "punctuality": None}
_STATE = (*_ABSENT, "corrected")


def _of(model: Any) -> Any:
    people = any_(bindparam("people", type_=ARRAY(PgUUID)))
    rows = select(model).where(
        model.event_id == bindparam("event_id", type_=BigInteger), model.participant_id == people
    )
    return aliased(model, rows.subquery())


def _upsert() -> Any:
    statement = insert(Attendance)
    values = {name: statement.excluded[name] for name in ("version", *_STATE)}
    return statement.on_conflict_do_update(index_elements=["participant_id", "session_id"], set_=values)


# Built once, for the door waits for them: attendance and corrections beside each other, and what is stored.
_ATTENDANCE, _CORRECTIONS = _of(Attendance), _of(Correction)
_STORED = select(_ATTENDANCE, _CORRECTIONS).join(
    _CORRECTIONS,
    (_ATTENDANCE.participant_id == _CORRECTIONS.participant_id) & (_ATTENDANCE.session_id == _CORRECTIONS.session_id),
    full=True,
)
_UPSERT = _upsert()


class Found(NamedTuple):
    """What the fold found out about one participant."""

    participant_id: UUID
    folded: Folded


def store(session: Session, schedule: Schedule, found: Iterable[Found]) -> int:
    """Store and publish the attendance that changed; returns how many rows that were.

    The caller holds the locks of the participants. ``schedule`` is the newest: minutes count in its hours.
    """
    by_person = {each.participant_id: each.folded for each in found}
    known, corrections = _stored(session, schedule.event_id, by_person)
    now, changed = clock.now(), []
    for participant_id, folded in by_person.items():
        stored = {key[1] for key in (*known, *corrections) if key[0] == participant_id}
        for session_id in sorted({*folded.presence, *stored}):
            before = known.get((participant_id, session_id))
            correction = corrections.get((participant_id, session_id))
            state = state_of(folded.presence.get(session_id), schedule.session(session_id), now, correction)
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


def state_of(
    presence: Presence | None, agenda: Agenda | None, now: datetime, correction: Correction | None = None
) -> dict[str, Any]:
    """One row's state at business time ``now``. Who was not scanned out is checked out at the session's end.

    Until then ``left_at`` is None, and the minutes are those of somebody who stays to the end.
    """
    if correction:
        stays = [Stay(correction.arrived_at, correction.left_at)] if correction.arrived_at else []
        late = bool(stays and agenda and agenda.is_late(stays[0].arrived_at))
    else:
        stays, late = (list(presence.stays), presence.late) if presence else ([], False)
    if not stays:
        return {**_ABSENT, "corrected": correction is not None}
    left_at = stays[-1].left_at
    if left_at is None and agenda and now >= agenda.ends_at:
        left_at = max(agenda.ends_at, stays[-1].arrived_at)
    seconds = sum(agenda.seconds(stay.arrived_at, stay.left_at) for stay in stays) if agenda else 0
    return {
        "arrived_at": stays[0].arrived_at,
        "left_at": left_at,
        "minutes": int(seconds // 60),
        "punctuality": "late" if late else "on_time",
        "corrected": correction is not None,
    }


def _stored(
    session: Session, event_id: int, people: Iterable[UUID]
) -> tuple[dict[tuple[UUID, int], Attendance], dict[tuple[UUID, int], Correction]]:
    """Attendance and corrections of these people by person and session, in one statement."""
    found = session.execute(_STORED, {"event_id": event_id, "people": [*people]}).all()
    return (
        {(row.participant_id, row.session_id): row for row, _ in found if row},
        {(each.participant_id, each.session_id): each for _, each in found if each},
    )


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    session.execute(_UPSERT, rows)
    publish(session, ATTENDANCE_CHANGED, rows)
