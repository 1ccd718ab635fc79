"""Exceptions from the policy: what organisers decide about one participant, always with a reason."""

import uuid
from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.certificates import audit
from services.certificates.eligibility.locking import lock_events
from services.certificates.models import DENY, GRANT, Decision, Participant
from shared import clock
from shared.actors import Actor


def decide(
    session: Session, event_id: int, participant_id: uuid.UUID, kind: str | None, reason: str, actor: Actor
) -> None:
    """Grant or deny a participant their certificate against the policy, or (``kind`` None) apply the policy again.

    The tick then checks again who is due. An issued certificate does not change. Raises LookupError when the event
    has no such participant.
    """
    events = lock_events(session, [event_id])
    _check_participant(session, event_id, participant_id)
    earlier = session.get(Decision, participant_id)
    before = {"kind": earlier.kind, "reason": earlier.reason} if earlier else None
    if kind is None:
        session.execute(delete(Decision).where(Decision.participant_id == participant_id))
    else:
        row = {
            "participant_id": participant_id,
            "event_id": event_id,
            "kind": kind,
            "reason": reason,
            "decided_by": actor.name,
            "decided_at": clock.now(),
        }
        statement = insert(Decision).values(row)
        session.execute(statement.on_conflict_do_update(index_elements=["participant_id"], set_=row))
    if kind or before:
        _record(session, event_id, participant_id, kind, reason, actor, before)
    for event in events:
        event.evaluate_at = event.issue_at


def _record(
    session: Session,
    event_id: int,
    participant_id: uuid.UUID,
    kind: str | None,
    reason: str,
    actor: Actor,
    before: Mapping[str, str] | None,
) -> None:
    action = {GRANT: "exception.granted", DENY: "exception.denied"}.get(kind or "", "exception.withdrawn")
    after = {"kind": kind, "reason": reason} if kind else None
    audit.record(
        session, actor, action, participant_id, event_id=event_id, reason=reason or None, before=before, after=after
    )


def _check_participant(session: Session, event_id: int, participant_id: uuid.UUID) -> None:
    participant = session.get(Participant, participant_id)
    if participant is None or participant.event_id != event_id or participant.erased:
        raise LookupError(participant_id)
