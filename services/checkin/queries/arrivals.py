"""Arrivals and scans of an event."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.checkin.models import Attendance, RosterEntry, Scan


class AgendaItemCount(NamedTuple):
    """How many people arrived at an agenda item, how many of them late, and how many left."""

    session_id: int
    arrived: int
    late: int
    left: int


def counts(session: Session, event_id: int) -> dict[int, AgendaItemCount]:
    """Numbers by agenda item."""
    rows = session.execute(
        select(
            Attendance.session_id,
            func.count(Attendance.arrived_at),
            func.count().filter(Attendance.punctuality == "late"),
            func.count(Attendance.left_at),
        )
        .where(Attendance.event_id == event_id)
        .group_by(Attendance.session_id)
    )
    return {row[0]: AgendaItemCount(*row) for row in rows}


def last_scans(session: Session, event_id: int, limit: int = 20) -> list[tuple[Scan, RosterEntry | None]]:
    """The latest scans by receipt, with the person if known."""
    query = (
        select(Scan, RosterEntry)
        .outerjoin(RosterEntry, RosterEntry.participant_id == Scan.participant_id)
        .where(Scan.event_id == event_id)
        .order_by(Scan.received_at.desc(), Scan.scan_id)
        .limit(limit)
    )
    return [(scan, entry) for scan, entry in session.execute(query)]
