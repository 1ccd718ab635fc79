"""The audit log: who did what, recorded in the transaction that did it."""

from typing import Any

from sqlalchemy.orm import Session

from services.registration.models import AuditEntry
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
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Record that ``actor`` did ``action`` (e.g. "participant.cancelled") to the row with the key ``subject``.

    ``before`` and ``after`` are JSON data. They are scrubbed when the person they are about is erased.
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
            before=before,
            after=after,
        )
    )
