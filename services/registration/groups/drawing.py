"""Drawing breakout groups: sizes differ by one at most, partners are spread, and companions stay together.

The draw is a pure function of the people and a seed: the same seed gives the same groups, so that anybody can check
that a draw was fair.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID


class Member(NamedTuple):
    """A person to be drawn: id, partner, and the person they stay with (None: alone)."""

    id: UUID
    partner: int | None
    with_whom: UUID | None = None


def draw(members: Sequence[Member], groups: int, seed: int) -> dict[UUID, int]:
    """A group number (1 .. ``groups``) for each member.

    Sizes differ by one at most, unless companions who stay together prevent it.
    """
    rng = random.Random(seed)
    units = _units(members)
    rng.shuffle(units)
    # The largest units first, while every group has room; then partner by partner, so that each is spread evenly.
    order = {partner: number for number, partner in enumerate(_partners_by_size(members, rng))}
    units.sort(key=lambda unit: (-len(unit), order[unit[0].partner]))
    sizes: Counter[int] = Counter()
    partners: dict[int, Counter[int | None]] = defaultdict(Counter)
    placed: dict[UUID, int] = {}
    for unit in units:
        number = min(
            range(1, groups + 1),
            key=lambda group: (sizes[group], sum(partners[group][member.partner] for member in unit), rng.random()),
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
    """The person at the end of a chain of companions; in a ring, the one with the smallest id."""
    seen = [member.id]
    while member.with_whom is not None and member.with_whom in known:
        if member.with_whom in seen:
            return min(seen[seen.index(member.with_whom) :])
        member = known[member.with_whom]
        seen.append(member.id)
    return member.id


def _partners_by_size(members: Sequence[Member], rng: random.Random) -> list[int | None]:
    counts = Counter(member.partner for member in members)
    return sorted(counts, key=lambda partner: (-counts[partner], partner or 0, rng.random()))
