"""Writing down who did what, in the transaction that did it."""

from typing import Any

from flask import g, has_request_context
from sqlalchemy.orm import Session

from services.registration.models import AuditEntry
from shared import clock

SYSTEM = ("system", "Hadir")


def record(
    session: Session,
    action: str,
    subject: object,
    event_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Note ``action`` (e.g. "participant.cancelled") on ``subject`` by whoever is signed in."""
    actor, name = _actor()
    session.add(
        AuditEntry(
            at=clock.now(),
            actor=actor,
            actor_name=name,
            action=action,
            event_id=event_id,
            subject=str(subject),
            before=before,
            after=after,
        )
    )


def _actor() -> tuple[str, str]:
    principal = g.get("principal") if has_request_context() else None
    if principal is None:
        return SYSTEM
    return (principal.id, principal.name) if principal.id else ("participant", "")
