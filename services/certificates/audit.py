"""The audit log: decisions, revocations, runs and mails that an organiser asked for, changes of the design."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import null
from sqlalchemy.orm import Session

from services.certificates.models import AuditEntry
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
    """Record that ``actor`` did ``action`` to ``subject``, in the transaction of the change itself.

    ``subject`` is the key of the row that was changed: a participant's id, or an event's.
    """
    session.add(
        AuditEntry(
            at=clock.now(),
            actor=str(actor),
            actor_name=actor.name,
            action=action,
            event_id=event_id,
            subject=str(subject),
            reason=reason,
            before=null() if before is None else dict(before),
            after=null() if after is None else dict(after),
        )
    )
