"""Staff set a presence right, with a reason; and time checks out whoever was not scanned out."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import audit, roster, truth
from services.checkin.locking import lock_people
from services.checkin.models import Attendance, Attendee, Correction
from shared import clock

# One transaction's worth, so that a big hall does not hold the locks of everybody at once.
_AT_ONCE = 200


class NotOnRoster(LookupError):
    """The event has no such participant or session."""


def correct(
    session: Session,
    person: Attendee,
    session_id: int,
    arrived_at: datetime | None,
    left_at: datetime | None,
    reason: str,
    actor: str,
) -> None:
    """Say when somebody was in a session (``arrived_at`` None: not at all), whatever the scans say.

    Raises NotOnRoster for a session that the event does not have.
    """
    _must_have(session, person.event_id, session_id)
    lock_people(session, [person.participant_id])
    values = {
        "event_id": person.event_id,
        "arrived_at": arrived_at,
        "left_at": left_at,
        "reason": reason,
        "actor": actor,
        "at": clock.now(),
    }
    session.execute(
        insert(Correction)
        .values(participant_id=person.participant_id, session_id=session_id, **values)
        .on_conflict_do_update(index_elements=["participant_id", "session_id"], set_=values)
    )
    audit.note(session, person.event_id, actor, "attendance-corrected", person.participant_id, reason)
    _derive(session, person)


def withdraw(session: Session, person: Attendee, session_id: int, actor: str) -> None:
    """Let the scans speak again. Raises NotOnRoster."""
    _must_have(session, person.event_id, session_id)
    lock_people(session, [person.participant_id])
    theirs = (Correction.participant_id == person.participant_id, Correction.session_id == session_id)
    session.execute(delete(Correction).where(*theirs))
    audit.note(session, person.event_id, actor, "correction-withdrawn", person.participant_id)
    _derive(session, person)


def check_out_at_end(session: Session) -> int:
    """Check out some of those who are still in a session that has ended; returns how many people that were.

    Called again and again by the tick: it changes nothing but ``left_at``, which minutes do not depend on.
    """
    now, done = clock.now(), 0
    for event_id in session.scalars(select(Attendance.event_id).where(_STILL_IN).distinct()).all():
        schedule = truth.current_schedule(session, event_id)
        ended = [agenda.id for agenda in schedule.sessions if agenda.ends_at <= now] if schedule else []
        still_in = (
            select(Attendee)
            .join(Attendance, Attendance.participant_id == Attendee.participant_id)
            .where(_STILL_IN, Attendance.event_id == event_id, Attendance.session_id.in_(ended))
            .where(Attendee.erased.is_(False))
            .limit(_AT_ONCE)
        )
        present = {row.participant_id: row for row in session.scalars(still_in)}
        lock_people(session, present)
        if present:
            roster.refold(session, event_id, present)
        done += len(present)
    return done


_STILL_IN = Attendance.arrived_at.is_not(None) & Attendance.left_at.is_(None)


def _must_have(session: Session, event_id: int, session_id: int) -> None:
    schedule = truth.current_schedule(session, event_id)
    if schedule is None or schedule.session(session_id) is None:
        raise NotOnRoster(session_id)


def _derive(session: Session, person: Attendee) -> None:
    session.flush()
    roster.refold(session, person.event_id, {person.participant_id: person})
