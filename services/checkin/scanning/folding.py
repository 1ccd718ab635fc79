"""What the scans of one person add up to: a pure fold over all of them in the order in which they happened.

The order of upload does not matter: scans are ordered by ``(at, scan_id)``, and a repeated scan counts once. So the
earlier of two offline scans checks in, whichever device is back online first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.checkin.scanning.judging import (
    ADMITTING,
    Direction,
    History,
    Outcome,
    Passage,
    Person,
    Stay,
    Ticket,
    Verdict,
    judge,
)
from services.checkin.scanning.schedule import Schedule
from shared.actors import Actor

# The page offers an undo for a minute; the rest allows for two clock corrections that differ a little.
UNDO_WITHIN = timedelta(seconds=75)


@dataclass(frozen=True)
class Entry:
    """One scan with everything that its verdict depends on. An undo has ``undoes``, its target's id.

    ``schedule`` is the one that was in force when the scan was received: a later schedule does not change verdicts.
    """

    passage: Passage
    ticket: Ticket
    schedule: Schedule
    actor: Actor
    undoes: UUID | None = None


@dataclass(frozen=True)
class Presence:
    """What the scans say about one agenda item."""

    stays: tuple[Stay, ...]
    late: bool

    @property
    def arrived_at(self) -> datetime:
        """The first arrival."""
        return self.stays[0].arrived_at

    @property
    def left_at(self) -> datetime | None:
        """The last departure; None for a person who was not scanned out (again)."""
        return self.stays[-1].left_at


@dataclass(frozen=True)
class Folded:
    """Outcomes by scan id, and presence by agenda item id."""

    outcomes: Mapping[UUID, Outcome]
    presence: Mapping[int, Presence]


def fold(entries: Iterable[Entry], person: Person | None) -> Folded:
    """Judge all scans of one person in the order in which they happened."""
    unique = {entry.passage.scan_id: entry for entry in entries}
    ordered = sorted(unique.values(), key=lambda entry: (entry.passage.at, entry.passage.scan_id))
    outcomes = _undos(unique)
    undone = {entry.undoes for scan_id, entry in unique.items() if outcomes.get(scan_id) == Outcome(Verdict.UNDONE)}
    history: History = {}
    late: set[int] = set()
    for entry in ordered:
        passage = entry.passage
        if passage.direction is Direction.UNDO:
            continue
        if passage.scan_id in undone:
            outcomes[passage.scan_id] = Outcome(Verdict.UNDONE)
            continue
        outcome = judge(entry.ticket, person, entry.schedule, history, passage)
        outcomes[passage.scan_id] = outcome
        if _first_and_late(entry, outcome, history):
            late.add(outcome.session_id or 0)
        history = _after(history, passage, outcome)
    return Folded(outcomes, {key: Presence(stays, key in late) for key, stays in history.items()})


def is_conflict(told: Verdict, effective: Verdict) -> bool:
    """True if the door admitted a scan that the fold later rejects."""
    return told in ADMITTING and effective not in ADMITTING and effective is not Verdict.UNDONE


def _undos(entries: Mapping[UUID, Entry]) -> dict[UUID, Outcome]:
    """The outcome of each undo. One whose target has not arrived yet counts as done until it does."""
    outcomes = {}
    for scan_id, entry in entries.items():
        if entry.passage.direction is not Direction.UNDO:
            continue
        target = entries.get(entry.undoes) if entry.undoes else None
        valid = target is None or _may_undo(entry, target)
        outcomes[scan_id] = Outcome(Verdict.UNDONE if valid else Verdict.NOT_UNDONE)
    return outcomes


def _may_undo(undo: Entry, target: Entry) -> bool:
    in_time = abs(undo.passage.at - target.passage.at) <= UNDO_WITHIN
    may = undo.actor == target.actor or undo.actor.is_staff
    return in_time and may and target.passage.direction is not Direction.UNDO


def _first_and_late(entry: Entry, outcome: Outcome, history: History) -> bool:
    # A provisional arrival can be late like any other.
    item = entry.schedule.item(outcome.session_id)
    first = item is not None and item.id not in history
    return bool(first and outcome.verdict in ADMITTING and item and item.is_late(entry.passage.at))


def _after(history: History, passage: Passage, outcome: Outcome) -> History:
    """The history after a passage with this outcome."""
    key = outcome.session_id
    if key is None:
        return history
    stays = history.get(key, ())
    if outcome.verdict in ADMITTING:
        return {**history, key: (*stays, Stay(passage.at))}
    if outcome.verdict is Verdict.CHECKED_OUT and stays and stays[-1].left_at is None:
        return {**history, key: (*stays[:-1], replace(stays[-1], left_at=passage.at))}
    return history
