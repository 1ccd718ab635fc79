"""The verdict on one scan: a pure function of the ticket, the person, the schedule and what happened before.

Reasons are checked in the order in which they matter at the door: first whether the ticket is still valid, then
whether the person may come in, and last whether the door is open. Texts that are not a ticket of this event never get
here: see ticket_text.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.checkin.scanning.schedule import AgendaItem, Schedule


class Verdict(StrEnum):
    """The result shown at the door. The texts are part of the API."""

    CHECKED_IN = "checked_in"
    LATE = "late"
    CHECKED_OUT = "checked_out"
    ALREADY_IN = "already_in"
    TOO_EARLY = "too_early"
    CLOSED = "closed"
    WRONG_EVENT = "wrong_event"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    WAITLISTED = "waitlisted"
    UNKNOWN_TICKET = "unknown_ticket"
    BAD_SIGNATURE = "bad_signature"
    PROVISIONAL = "provisional"
    # Results of an undo: its target was undone, or the undo came too late.
    UNDONE = "undone"
    NOT_UNDONE = "not_undone"


ADMITTING = frozenset({Verdict.CHECKED_IN, Verdict.LATE, Verdict.PROVISIONAL})
# Refusals that staff may overrule with a reason: the person is known and holds the ticket.
OVERRULABLE = frozenset({Verdict.TOO_EARLY, Verdict.CLOSED, Verdict.CANCELLED, Verdict.WAITLISTED})


class Direction(StrEnum):
    """Which way a person passes the door; an undo names the scan that it reverts."""

    IN = "in"
    OUT = "out"
    UNDO = "undo"


@dataclass(frozen=True)
class Ticket:
    """The state of a genuine ticket of this event: replaced by a newer one, or expired."""

    revoked: bool = False
    expired: bool = False


@dataclass(frozen=True)
class Person:
    """The part of a roster entry that a verdict depends on; the status is valid from ``status_at`` on."""

    status: str
    status_at: datetime


@dataclass(frozen=True)
class Passage:
    """A person passes the door. ``at`` is the corrected time; ``session_id`` is the staff's choice, if they made one.

    ``answered`` is the verdict that the door was given when the scan was first judged, None for a new scan.
    """

    scan_id: UUID
    at: datetime
    direction: Direction = Direction.IN
    session_id: int | None = None
    overridden: bool = False
    answered: Verdict | None = None


@dataclass(frozen=True)
class Stay:
    """From an arrival to a departure; ``left_at`` is None until the person is scanned out."""

    arrived_at: datetime
    left_at: datetime | None = None


# The earlier stays by agenda item, in order.
History = Mapping[int, tuple[Stay, ...]]


@dataclass(frozen=True)
class Outcome:
    """The verdict, the agenda item it is about, and the instant that explains it.

    ``about``: when the door opens (too_early), when it closed (closed), or when the person came in (already_in).
    """

    verdict: Verdict
    session_id: int | None = None
    about: datetime | None = None


def judge(ticket: Ticket, person: Person | None, schedule: Schedule, history: History, passage: Passage) -> Outcome:
    """Judge one passage, given everything that happened before it."""
    refusal = _refusal(ticket, person, passage)
    if refusal and not (passage.overridden and refusal in OVERRULABLE):
        return Outcome(refusal)
    if passage.direction is Direction.OUT:
        return _leaving(schedule, history, passage)
    return _entering(person, schedule, history, passage)


def is_in(history: History, session_id: int) -> bool:
    """Whether a person with this history is inside now."""
    stays = history.get(session_id, ())
    return bool(stays) and stays[-1].left_at is None


def _refusal(ticket: Ticket, person: Person | None, passage: Passage) -> Verdict | None:
    if ticket.revoked:
        return Verdict.REVOKED
    if person is None:
        # A genuine ticket without a roster entry: the entry is still on its way, unless the ticket has expired.
        return Verdict.REVOKED if ticket.expired else None
    if person.status == "waitlisted":
        return Verdict.WAITLISTED
    if person.status == "cancelled":
        return Verdict.CANCELLED if passage.at >= person.status_at else None
    if passage.at < person.status_at and passage.answered in (Verdict.WAITLISTED, Verdict.CANCELLED):
        # Confirmed later, but turned away at this scan: there was no arrival.
        return passage.answered
    return None


def _entering(person: Person | None, schedule: Schedule, history: History, passage: Passage) -> Outcome:
    item = schedule.item(passage.session_id) or schedule.open_at(passage.at)
    if item is None or not item.is_open(passage.at):
        shut = _shut(item, schedule, passage.at)
        item = schedule.item(shut.session_id)
        if not passage.overridden or item is None:
            return shut
    stays = history.get(item.id, ())
    if is_in(history, item.id):
        return Outcome(Verdict.ALREADY_IN, item.id, stays[-1].arrived_at)
    if person is None:
        return Outcome(Verdict.PROVISIONAL, item.id)
    # A return after a break is never late: only the first arrival counts.
    late = not stays and item.is_late(passage.at)
    return Outcome(Verdict.LATE if late else Verdict.CHECKED_IN, item.id)


def _shut(item: AgendaItem | None, schedule: Schedule, at: datetime) -> Outcome:
    """Too early for the chosen (or next) agenda item, or closed for the chosen (or last) one."""
    item = item or schedule.next_after(at) or schedule.last_before(at)
    if item is None:
        return Outcome(Verdict.CLOSED)
    if at < item.opens_at:
        return Outcome(Verdict.TOO_EARLY, item.id, item.opens_at)
    return Outcome(Verdict.CLOSED, item.id, item.closes_at)


def _leaving(schedule: Schedule, history: History, passage: Passage) -> Outcome:
    """Leaving is never refused. Without a known arrival it changes nothing."""
    inside = [item for item in schedule.items if is_in(history, item.id)]
    item = schedule.item(passage.session_id) or (inside[-1] if inside else schedule.last_before(passage.at))
    if item is None:
        return _shut(None, schedule, passage.at)
    stays = history.get(item.id, ())
    return Outcome(Verdict.CHECKED_OUT, item.id, stays[-1].arrived_at if is_in(history, item.id) else None)
