"""Keeping who did what."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.checkin.models import AuditEntry
from shared import clock


def note(
    session: Session, event_id: int, actor: str, action: str, subject: UUID | None = None, reason: str | None = None
) -> None:
    """Add an entry to the event's audit log, at business time."""
    session.add(
        AuditEntry(at=clock.now(), event_id=event_id, actor=actor, action=action, subject=subject, reason=reason)
    )
