"""People who were registered at the door, perhaps while it was offline: seated if there is a seat, and answered."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import signup
from services.registration.models import Event, Participant, WalkIn
from services.registration.models.events import ARCHIVED, DRAFT
from services.registration.models.participants import CANCELLED, CONFIRMED
from shared import clock
from shared.contracts import WALK_IN_ANSWERED
from shared.delivery.inbox import Facts
from shared.delivery.publish import publish


def take_walk_ins(session: Session, facts: Facts) -> None:
    """Answer each request once. A request that comes again was answered, and the answer is on its way."""
    for fact in facts:
        if session.get(WalkIn, fact["walk_in_id"]) is None:
            answer(session, fact)


def answer(session: Session, fact: Mapping[str, Any]) -> WalkIn:
    """Register the person of a WalkInRequested fact and tell check-in what became of it."""
    event = session.get(Event, fact["event_id"])
    if event is None or event.status in (DRAFT, ARCHIVED):
        return _answered(session, fact, "refused", None, "Acara ini tidak menerima peserta.")
    details = {**fact, "email": fact["email"].lower() if fact["email"] else None}
    person = _known(session, event, details["email"]) or signup.register(session, event, details, source="door")
    outcome = "registered" if person.status == CONFIRMED else "waitlisted"
    return _answered(session, fact, outcome, person, None)


def _known(session: Session, event: Event, email: str | None) -> Participant | None:
    """Somebody who signed up before and said so at the door by giving the same address."""
    if email is None:
        return None
    return session.scalar(
        select(Participant).where(
            Participant.event_id == event.id, Participant.email == email, Participant.status != CANCELLED
        )
    )


def _answered(
    session: Session, fact: Mapping[str, Any], outcome: str, person: Participant | None, reason: str | None
) -> WalkIn:
    walk_in = WalkIn(
        id=fact["walk_in_id"],
        event_id=fact["event_id"],
        outcome=outcome,
        participant_id=person.id if person else None,
        reason=reason,
        answered_at=clock.now(),
    )
    session.add(walk_in)
    session.flush()
    publish(
        session,
        WALK_IN_ANSWERED,
        [
            {
                "version": 1,
                "walk_in_id": walk_in.id,
                "event_id": walk_in.event_id,
                "outcome": outcome,
                "participant_id": walk_in.participant_id,
                "reason": reason,
            }
        ],
    )
    return walk_in
