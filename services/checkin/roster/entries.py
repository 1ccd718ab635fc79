"""Looking up roster entries."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.checkin.models import RosterEntry


def find(session: Session, event_id: int, participant_id: UUID) -> RosterEntry | None:
    """The person in this event's roster; None for people who are not in it or were erased."""
    return session.scalar(
        select(RosterEntry).where(
            RosterEntry.participant_id == participant_id,
            RosterEntry.event_id == event_id,
            RosterEntry.erased.is_(False),
        )
    )


def expected(session: Session, event_id: int) -> int:
    """How many confirmed people the roster has."""
    confirmed = (RosterEntry.event_id == event_id, RosterEntry.status == "confirmed", RosterEntry.erased.is_(False))
    return session.scalar(select(func.count()).select_from(RosterEntry).where(*confirmed)) or 0
