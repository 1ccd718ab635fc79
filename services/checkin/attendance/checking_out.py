"""Checking out everybody who was not scanned out, once their agenda item has ended."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkin.models import Attendance, RosterEntry
from services.checkin.scanning import derivation, loading
from services.checkin.scanning.locking import lock_people
from shared import clock

# The limit of one transaction, so that a big event does not lock everybody at once.
_AT_ONCE = 200
_STILL_IN = Attendance.arrived_at.is_not(None) & Attendance.left_at.is_(None)


def events_with_people_in(session: Session) -> Sequence[int]:
    """Events in which somebody is still in an agenda item, ended or not."""
    return session.scalars(select(Attendance.event_id).where(_STILL_IN).distinct()).all()


def check_out_at_end(session: Session, event_id: int) -> int:
    """Check out some of an event's people who are still in an agenda item that has ended; returns how many.

    The tick calls this again and again. It changes only ``left_at``, which minutes do not depend on.
    """
    now = clock.now()
    schedule = loading.current_schedule(session, event_id)
    ended = [item.id for item in schedule.items if item.ends_at <= now] if schedule else []
    still_in = (
        select(RosterEntry)
        .join(Attendance, Attendance.participant_id == RosterEntry.participant_id)
        .where(_STILL_IN, Attendance.event_id == event_id, Attendance.session_id.in_(ended))
        .where(RosterEntry.erased.is_(False))
        .limit(_AT_ONCE)
    )
    present = {entry.participant_id: entry for entry in session.scalars(still_in)}
    lock_people(session, present)
    if present:
        derivation.derive(session, event_id, present)
    return len(present)
