"""Breakout groups: drawn so that sizes differ by one at most, partners are spread, and companions stay together.

The draw is a pure function of the people and a seed: the same seed gives the same groups, so that a draw can be
shown to have been fair.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Attendance, Event, Participant
from services.registration.models.participants import CONFIRMED
from services.registration.publishing import publish_participants

MOST_GROUPS = 200


class Member(NamedTuple):
    """Somebody who is to be in a group: who they are, whose they are, and with whom they stay (None: alone)."""

    id: UUID
    partner: int | None
    with_whom: UUID | None = None


class Locked(ValueError):
    """The groups of this event are locked: nothing is drawn or moved."""


def draw(members: Sequence[Member], groups: int, seed: int) -> dict[UUID, int]:
    """A group number (1 .. ``groups``) for each member.

    Sizes differ by one at most wherever units of companions allow it; with people who come alone, always.
    """
    chance = random.Random(seed)
    units = _units(members)
    chance.shuffle(units)
    # The largest units first, while every group has room; then partner by partner, so that each is dealt out evenly.
    order = {partner: number for number, partner in enumerate(_partners_by_size(members, chance))}
    units.sort(key=lambda unit: (-len(unit), order[unit[0].partner]))
    sizes: Counter[int] = Counter()
    partners: dict[int, Counter[int | None]] = defaultdict(Counter)
    placed: dict[UUID, int] = {}
    for unit in units:
        number = min(
            range(1, groups + 1),
            key=lambda group: (sizes[group], sum(partners[group][member.partner] for member in unit), chance.random()),
        )
        for member in unit:
            placed[member.id] = number
            sizes[number] += 1
            partners[number][member.partner] += 1
    return placed


def _units(members: Sequence[Member]) -> list[list[Member]]:
    """People who stay together, in an order that does not depend on the one in which they were given."""
    known = {member.id: member for member in members}
    together: dict[UUID, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda member: member.id):
        together[_head(member, known)].append(member)
    return list(together.values())


def _head(member: Member, known: Mapping[UUID, Member]) -> UUID:
    """The person to whom a chain of companions leads; of a ring, the one with the smallest id."""
    seen = [member.id]
    while member.with_whom is not None and member.with_whom in known:
        if member.with_whom in seen:
            return min(seen[seen.index(member.with_whom) :])
        member = known[member.with_whom]
        seen.append(member.id)
    return member.id


def _partners_by_size(members: Sequence[Member], chance: random.Random) -> list[int | None]:
    counts = Counter(member.partner for member in members)
    return sorted(counts, key=lambda partner: (-counts[partner], partner or 0, chance.random()))


def assign(session: Session, event: Event, groups: int, seed: int, present_only: bool) -> int:
    """Draw groups anew among the event's participants (or those who have arrived); how many people. Raises Locked."""
    _refuse_locked(event)
    people = everybody(session, event, lock=True)
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
    _store(session, event, people, placed)
    after = {"groups": groups, "seed": seed, "people": len(members), "present_only": present_only}
    audit.record(session, "groups.drawn", event.id, event.id, after=after)
    return len(members)


def move(session: Session, event: Event, participant_id: UUID, number: int | None) -> None:
    """Put one person into another group, or into none, by hand. Raises Locked."""
    _refuse_locked(event)
    people = [person for person in everybody(session, event, lock=True) if person.id == participant_id]
    for person in people:
        before = person.group_number
        _store(session, event, [person], {person.id: number} if number else {})
        audit.record(session, "groups.moved", person.id, event.id, {"group": before}, {"group": number})


def lock(session: Session, event: Event, locked: bool) -> None:
    """Fix the groups as they are, or free them again."""
    event.groups_locked = locked
    audit.record(session, "groups.locked" if locked else "groups.unlocked", event.id, event.id)


def everybody(session: Session, event: Event, lock: bool = False) -> list[Participant]:
    """The participants who may be in a group: confirmed, and not of the committee or on the stage."""
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


def _store(session: Session, event: Event, people: Sequence[Participant], placed: Mapping[UUID, int]) -> None:
    changed = [person for person in people if person.group_number != placed.get(person.id)]
    for person in changed:
        person.group_number = placed.get(person.id)
    publish_participants(session, event, changed)


def _refuse_locked(event: Event) -> None:
    if event.groups_locked:
        raise Locked(event.slug)


def accompany(session: Session, event: Event, person: Participant, code: str) -> bool:
    """Note whom ``person`` accompanies, by that one's ticket code; False when nobody in the event has it."""
    wanted = code.replace(" ", "").upper()
    other = session.scalar(
        select(Participant).where(
            Participant.event_id == event.id, Participant.code == wanted, Participant.id != person.id
        )
    )
    if wanted and other is None:
        return False
    person.companion_of_id = other.id if other else None
    audit.record(session, "participant.companion", person.id, event.id, after={"of": str(person.companion_of_id)})
    return True
