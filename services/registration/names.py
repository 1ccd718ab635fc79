"""Correcting a name: freely before the first check-in, afterwards only with the organiser's approval.

A name goes onto a certificate: whoever could change it after passing the door could have one made for a friend.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.cancelling import lock_participant
from services.registration.models import Attendance, Event, Participant
from services.registration.publishing import publish_participants

CHANGED, REQUESTED, UNCHANGED = "changed", "requested", "unchanged"


def has_arrived(session: Session, person: Participant) -> bool:
    """Whether check-in has told of this person at any door."""
    return bool(
        session.scalar(
            select(Attendance.participant_id)
            .where(Attendance.participant_id == person.id, Attendance.arrived_at.is_not(None))
            .limit(1)
        )
    )


def correct(session: Session, event: Event, participant_id: object, name: str) -> str:
    """The holder asks for another name; whether it was CHANGED, waits for the organiser (REQUESTED), or UNCHANGED."""
    person = lock_participant(session, participant_id)
    if name == person.name:
        return UNCHANGED
    if has_arrived(session, person):
        person.requested_name = name
        audit.record(session, "participant.name-requested", person.id, event.id, {"name": person.name}, {"name": name})
        return REQUESTED
    _change(session, event, person, name)
    return CHANGED


def decide(session: Session, event: Event, participant_id: object, approve: bool) -> None:
    """The organiser approves or declines the name that somebody asked for."""
    person = lock_participant(session, participant_id)
    asked, person.requested_name = person.requested_name, None
    if asked and approve:
        _change(session, event, person, asked)
    elif asked:
        audit.record(session, "participant.name-declined", person.id, event.id, after={"name": asked})


def _change(session: Session, event: Event, person: Participant, name: str) -> None:
    audit.record(session, "participant.renamed", person.id, event.id, {"name": person.name}, {"name": name})
    person.name = name
    publish_participants(session, event, [person])
