"""Assigning participants to breakout groups: by a draw, or by hand."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.groups.drawing import Member, draw
from services.registration.models import Attendance, Event, Participant
from services.registration.models.participants import CONFIRMED
from services.registration.outbound import publish_participants
from shared.actors import Actor


class Locked(ValueError):
    """The groups of this event are locked."""


def assign(session: Session, actor: Actor, event: Event, groups: int, seed: int, present_only: bool) -> int:
    """Draw groups again among the event's participants (or those present now); returns how many. Raises Locked."""
    _refuse_locked(event)
    people = eligible(session, event, lock=True)
    chosen = {person.id for person in people}
    if present_only:
        chosen &= set(
            session.scalars(
                select(Attendance.participant_id).where(
                    Attendance.event_id == event.id, Attendance.arrived_at.is_not(None), Attendance.left_at.is_(None)
                )
            )
        )
    members = [Member(person.id, person.partner_id, person.companion_of_id) for person in people if person.id in chosen]
    placed = draw(members, groups, seed)
    _store(session, people, placed)
    after = {"groups": groups, "seed": seed, "people": len(members), "present_only": present_only}
    audit.record(session, actor, "groups.drawn", event.id, event_id=event.id, after=after)
    return len(members)


def move(session: Session, actor: Actor, event: Event, participant_id: UUID, number: int | None) -> None:
    """Put one person into another group, or (None) into none. Raises Locked."""
    _refuse_locked(event)
    people = [person for person in eligible(session, event, lock=True) if person.id == participant_id]
    for person in people:
        before = person.group_number
        _store(session, [person], {person.id: number} if number else {})
        audit.record(
            session,
            actor,
            "groups.moved",
            person.id,
            event_id=event.id,
            before={"group": before},
            after={"group": number},
        )


def lock(session: Session, actor: Actor, event: Event, locked: bool) -> None:
    """Lock the groups as they are, or unlock them."""
    event.groups_locked = locked
    action = "groups.locked" if locked else "groups.unlocked"
    audit.record(session, actor, action, event.id, event_id=event.id)


def eligible(session: Session, event: Event, lock: bool = False) -> list[Participant]:
    """The participants who may be in a group: confirmed, and neither speakers nor committee."""
    query = (
        select(Participant)
        .where(
            Participant.event_id == event.id,
            Participant.status == CONFIRMED,
            Participant.role == "peserta",
            Participant.erased_at.is_(None),
        )
        .order_by(Participant.id)
    )
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True) if lock else query))


def _store(session: Session, people: Sequence[Participant], placed: Mapping[UUID, int]) -> None:
    changed = [person for person in people if person.group_number != placed.get(person.id)]
    for person in changed:
        person.group_number = placed.get(person.id)
    publish_participants(session, changed)


def _refuse_locked(event: Event) -> None:
    if event.groups_locked:
        raise Locked(event.slug)


def accompany(session: Session, actor: Actor, event: Event, person: Participant, code: str) -> bool:
    """Store the companion of ``person`` by ticket code ("": none); False when no other participant has the code."""
    wanted = code.replace(" ", "").upper()
    other = session.scalar(
        select(Participant).where(
            Participant.event_id == event.id, Participant.code == wanted, Participant.id != person.id
        )
    )
    if wanted and other is None:
        return False
    person.companion_of_id = other.id if other else None
    after = {"of": str(person.companion_of_id)}
    audit.record(session, actor, "participant.companion", person.id, event_id=event.id, after=after)
    return True
