"""Reading the day: who is there, for the organisers' pages."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.checkin.models import Attendance, Attendee, Event, Scan


class SessionCount(NamedTuple):
    """How many arrived in a session, how many of them late, how many left."""

    session_id: int
    arrived: int
    late: int
    left: int


def events(session: Session) -> list[Event]:
    """All events that have arrived here and are not drafts, the next first."""
    return list(session.scalars(select(Event).where(Event.status != "draft").order_by(Event.starts_at.desc())))


def counts(session: Session, event_id: int) -> dict[int, SessionCount]:
    """Numbers by session."""
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
    return {row[0]: SessionCount(*row) for row in rows}


def expected(session: Session, event_id: int) -> int:
    """How many confirmed people the roster holds."""
    confirmed = (Attendee.event_id == event_id, Attendee.status == "confirmed", Attendee.erased.is_(False))
    return session.scalar(select(func.count()).select_from(Attendee).where(*confirmed)) or 0


def present(session: Session, event_id: int) -> list[tuple[Attendance, Attendee]]:
    """Everybody who arrived in some session, with their roster's row, by session and arrival."""
    query = (
        select(Attendance, Attendee)
        .join(Attendee, Attendee.participant_id == Attendance.participant_id)
        .where(Attendance.event_id == event_id, Attendance.arrived_at.is_not(None), Attendee.erased.is_(False))
        .order_by(Attendance.session_id, Attendance.arrived_at)
    )
    return [(row, attendee) for row, attendee in session.execute(query)]


def last_scans(session: Session, event_id: int, limit: int = 20) -> list[tuple[Scan, Attendee | None]]:
    """The scans received last, with whose they are."""
    query = (
        select(Scan, Attendee)
        .outerjoin(Attendee, Attendee.participant_id == Scan.participant_id)
        .where(Scan.event_id == event_id)
        .order_by(Scan.received_at.desc(), Scan.scan_id)
        .limit(limit)
    )
    return [(scan, attendee) for scan, attendee in session.execute(query)]
