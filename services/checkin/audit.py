"""Recording who did what."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.checkin.models import AuditEntry
from shared import clock
from shared.actors import Actor


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: object,
    *,
    event_id: int | None = None,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to the audit log at business time. ``subject`` is the key of the row that was acted on.

    ``before`` and ``after`` are JSON data, and name nobody.
    """
    session.add(
        AuditEntry(
            at=clock.now(),
            actor=str(actor),
            actor_name=actor.name,
            action=action,
            event_id=event_id,
            subject="" if subject is None else str(subject),
            reason=reason,
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )
