"""Looking somebody up: the list to search, and one person's scans and presence."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkin.models import Attendance, Attendee, Correction, Device, Scan

MOST = 200


def search(session: Session, event_id: int, words: str) -> list[Attendee]:
    """Up to MOST people of the event whose name, organisation or code holds every word, by name."""
    query = select(Attendee).where(Attendee.event_id == event_id, Attendee.erased.is_(False))
    for word in words.split()[:8]:
        found = (column.icontains(word, autoescape=True) for column in (Attendee.name, Attendee.organisation))
        name, organisation = found
        query = query.where(name | organisation | (Attendee.code == word.upper()))
    return list(session.scalars(query.order_by(Attendee.name, Attendee.participant_id).limit(MOST)))


def find(session: Session, event_id: int, participant_id: UUID, lock: bool = False) -> Attendee | None:
    """The person in this event's roster; None for strangers and for who was erased."""
    query = select(Attendee).where(
        Attendee.participant_id == participant_id, Attendee.event_id == event_id, Attendee.erased.is_(False)
    )
    return session.scalar(query.with_for_update() if lock else query)


def presence(session: Session, participant_id: UUID) -> dict[int, Attendance]:
    """The person's attendance by session."""
    rows = session.scalars(select(Attendance).where(Attendance.participant_id == participant_id))
    return {row.session_id: row for row in rows}


def corrections(session: Session, participant_id: UUID) -> dict[int, Correction]:
    """What staff have set right, by session."""
    rows = session.scalars(select(Correction).where(Correction.participant_id == participant_id))
    return {row.session_id: row for row in rows}


def scans(session: Session, participant_id: UUID) -> Sequence[tuple[Scan, str | None]]:
    """The person's scans in the order in which they happened, with the device's name."""
    query = (
        select(Scan, Device.name)
        .outerjoin(Device, Device.id == Scan.device_id)
        .where(Scan.participant_id == participant_id)
        .order_by(Scan.effective_at, Scan.scan_id)
    )
    return [(scan, name) for scan, name in session.execute(query)]
