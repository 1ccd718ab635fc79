"""Searching the roster, and one person's scans and presence."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkin.models import Attendance, Correction, Device, RosterEntry, Scan

MOST = 200


def search(session: Session, event_id: int, words: str) -> list[RosterEntry]:
    """Up to MOST people of the event whose name, organisation or code contains every word, by name."""
    query = select(RosterEntry).where(RosterEntry.event_id == event_id, RosterEntry.erased.is_(False))
    for word in words.split()[:8]:
        name, organisation = (
            column.icontains(word, autoescape=True) for column in (RosterEntry.name, RosterEntry.organisation)
        )
        query = query.where(name | organisation | (RosterEntry.code == word.upper()))
    return list(session.scalars(query.order_by(RosterEntry.name, RosterEntry.participant_id).limit(MOST)))


def presence(session: Session, participant_id: UUID) -> dict[int, Attendance]:
    """The person's attendance by agenda item."""
    rows = session.scalars(select(Attendance).where(Attendance.participant_id == participant_id))
    return {row.session_id: row for row in rows}


def corrections(session: Session, participant_id: UUID) -> dict[int, Correction]:
    """The person's corrections by agenda item."""
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
