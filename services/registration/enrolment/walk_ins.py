"""Guests who were registered at the door, perhaps while it was offline: seated if there is a seat, and answered."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.enrolment import sign_up
from services.registration.models import Event, Participant, WalkIn
from services.registration.models.events import ARCHIVED, DRAFT
from services.registration.models.participants import CANCELLED, CONFIRMED
from services.registration.outbound import publish_walk_in
from shared import clock
from shared.facts import WalkInRequestFact


def answer_once(session: Session, request: WalkInRequestFact) -> None:
    """Register the guest of a request and publish the outcome; a request that was answered before changes nothing."""
    if session.get(WalkIn, request["walk_in_id"]) is not None:
        return
    event = session.get(Event, request["event_id"])
    if event is None or event.status in (DRAFT, ARCHIVED):
        _store_answer(session, request, "refused", None, "Acara ini tidak menerima peserta.")
        return
    details = {**request, "email": request["email"].lower() if request["email"] else None}
    person = _find_registered(session, event, details["email"]) or sign_up.register(
        session, event, details, source="door"
    )
    outcome = "registered" if person.status == CONFIRMED else "waitlisted"
    _store_answer(session, request, outcome, person, None)


def _find_registered(session: Session, event: Event, email: object) -> Participant | None:
    """The participant who signed up earlier with the address that was given at the door."""
    if email is None:
        return None
    return session.scalar(
        select(Participant).where(
            Participant.event_id == event.id, Participant.email == email, Participant.status != CANCELLED
        )
    )


def _store_answer(
    session: Session, request: WalkInRequestFact, outcome: str, person: Participant | None, reason: str | None
) -> None:
    walk_in = WalkIn(
        id=request["walk_in_id"],
        event_id=request["event_id"],
        outcome=outcome,
        participant_id=person.id if person else None,
        reason=reason,
        answered_at=clock.now(),
    )
    session.add(walk_in)
    session.flush()
    publish_walk_in(session, walk_in)
