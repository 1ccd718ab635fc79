"""Answers to an event's own questions, changed by the participant."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.enrolment.locking import lock_participant
from services.registration.events.questions import asked
from services.registration.models import Event
from shared.actors import Actor


def change(session: Session, actor: Actor, event: Event, participant_id: object, given: Mapping[str, Any]) -> None:
    """Replace the answers to what is asked now with what schemas.answers loaded. The audit log keeps no answers."""
    person = lock_participant(session, participant_id)
    now_asked = {question["key"] for question in asked(event.questions)}
    kept = {key: value for key, value in person.answers.items() if key not in now_asked}
    if kept | dict(given) != person.answers:
        person.answers = kept | dict(given)
        audit.record(session, actor, "participant.answers-changed", person.id, event_id=event.id)
