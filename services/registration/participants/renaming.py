"""Correcting a name: freely before the first check-in, afterwards only with the organiser's approval.

The name is printed on the certificate. Somebody who could change it after check-in could get one for a friend.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.enrolment.locking import lock_participant
from services.registration.models import Attendance, Participant
from services.registration.outbound import publish_participants
from shared.actors import Actor

CHANGED, REQUESTED, UNCHANGED = "changed", "requested", "unchanged"


def has_arrived(session: Session, person: Participant) -> bool:
    """Whether check-in has published an arrival of this person."""
    return bool(
        session.scalar(
            select(Attendance.participant_id)
            .where(Attendance.participant_id == person.id, Attendance.arrived_at.is_not(None))
            .limit(1)
        )
    )


def request(session: Session, actor: Actor, participant_id: object, name: str) -> str:
    """The holder asks for another name: it is CHANGED, or waits for the organiser (REQUESTED), or is UNCHANGED."""
    person = lock_participant(session, participant_id)
    if name == person.name:
        return UNCHANGED
    if not has_arrived(session, person):
        _rename(session, actor, person, name)
        return CHANGED
    person.requested_name = name
    audit.record(
        session,
        actor,
        "participant.name-requested",
        person.id,
        event_id=person.event_id,
        before={"name": person.name},
        after={"name": name},
    )
    return REQUESTED


def answer_request(session: Session, actor: Actor, participant_id: object, approve: bool) -> None:
    """The organiser approves or declines the name that a participant asked for."""
    person = lock_participant(session, participant_id)
    asked, person.requested_name = person.requested_name, None
    if asked and approve:
        _rename(session, actor, person, asked)
    elif asked:
        after = {"name": asked}
        audit.record(session, actor, "participant.name-declined", person.id, event_id=person.event_id, after=after)


def _rename(session: Session, actor: Actor, person: Participant, name: str) -> None:
    audit.record(
        session,
        actor,
        "participant.renamed",
        person.id,
        event_id=person.event_id,
        before={"name": person.name},
        after={"name": name},
    )
    person.name = name
    publish_participants(session, [person])
