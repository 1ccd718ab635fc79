"""The verdict on one scan: a pure function of the ticket, the person, the schedule and what happened before.

The order in which reasons are looked at is the order in which the door needs to hear them: first whether this ticket
still stands, then whether that person may come, and last whether now is the time. Texts that are no ticket of this
event never get here: see reading.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.checkin.schedule import Schedule, Session


class Verdict(StrEnum):
    """What the door is told. The texts are part of the API."""

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
    # An undo is not judged like a passage: it took its target back, or came too late for that.
    UNDONE = "undone"
    NOT_UNDONE = "not_undone"


ADMITTING = frozenset({Verdict.CHECKED_IN, Verdict.LATE, Verdict.PROVISIONAL})
# What staff may overrule with a reason: the person is known and the ticket theirs.
OVERRULABLE = frozenset({Verdict.TOO_EARLY, Verdict.CLOSED, Verdict.CANCELLED, Verdict.WAITLISTED})


class Direction(StrEnum):
    """Which way somebody goes; an undo names the scan that it takes back."""

    IN = "in"
    OUT = "out"
    UNDO = "undo"


@dataclass(frozen=True)
class Ticket:
    """How a genuine ticket of this event stands: replaced by a newer one, or past its last day."""

    revoked: bool = False
    expired: bool = False


@dataclass(frozen=True)
class Person:
    """The roster's row, as far as it decides: the status holds from ``status_at`` on."""

    status: str
    status_at: datetime


@dataclass(frozen=True)
class Passage:
    """Somebody at the door. ``at`` is the corrected time; ``session_id`` is the staff's choice, if they made one.

    ``answered`` is what the door was told when the scan was first judged, None for a new one.
    """

    scan_id: UUID
    at: datetime
    direction: Direction = Direction.IN
    session_id: int | None = None
    overridden: bool = False
    answered: Verdict | None = None


@dataclass(frozen=True)
class Stay:
    """From an arrival to a departure, which is None while (or when never) scanned out."""

    arrived_at: datetime
    left_at: datetime | None = None


# What is known to have happened before: stays by session, in order.
History = Mapping[int, tuple[Stay, ...]]


@dataclass(frozen=True)
class Outcome:
    """The verdict, the session it is about, and the instant that explains it.

    ``about``: when the door opens (too_early), closed (closed), or since when somebody is in (already_in).
    """

    verdict: Verdict
    session_id: int | None = None
    about: datetime | None = None


def decide(ticket: Ticket, person: Person | None, schedule: Schedule, history: History, passage: Passage) -> Outcome:
    """Judge one passage, given everything that happened before it."""
    refusal = _standing(ticket, person, passage)
    if refusal and not (passage.overridden and refusal in OVERRULABLE):
        return Outcome(refusal)
    if passage.direction is Direction.OUT:
        return _leaving(schedule, history, passage)
    return _entering(person, schedule, history, passage)


def is_in(history: History, session_id: int) -> bool:
    """Whether somebody with this history is inside the session."""
    stays = history.get(session_id, ())
    return bool(stays) and stays[-1].left_at is None


def _standing(ticket: Ticket, person: Person | None, passage: Passage) -> Verdict | None:
    if ticket.revoked:
        return Verdict.REVOKED
    if person is None:
        # A genuine ticket that nobody has told us of: on its way, unless its time is over.
        return Verdict.REVOKED if ticket.expired else None
    if person.status == "waitlisted":
        return Verdict.WAITLISTED
    if person.status == "cancelled":
        return Verdict.CANCELLED if passage.at >= person.status_at else None
    if passage.at < person.status_at and passage.answered in (Verdict.WAITLISTED, Verdict.CANCELLED):
        # Confirmed since, but was turned away then: that arrival did not happen.
        return passage.answered
    return None


def _entering(person: Person | None, schedule: Schedule, history: History, passage: Passage) -> Outcome:
    session = schedule.session(passage.session_id) or schedule.open_at(passage.at)
    if session is None or not session.is_open(passage.at):
        shut = _shut(session, schedule, passage.at)
        session = schedule.session(shut.session_id)
        if not passage.overridden or session is None:
            return shut
    stays = history.get(session.id, ())
    if is_in(history, session.id):
        return Outcome(Verdict.ALREADY_IN, session.id, stays[-1].arrived_at)
    if person is None:
        return Outcome(Verdict.PROVISIONAL, session.id)
    # Who comes back after a break was judged when they first came.
    late = not stays and session.is_late(passage.at)
    return Outcome(Verdict.LATE if late else Verdict.CHECKED_IN, session.id)


def _shut(session: Session | None, schedule: Schedule, at: datetime) -> Outcome:
    """Too early for the chosen (or the next) session, or closed for the chosen (or the last) one."""
    session = session or schedule.next_after(at) or schedule.last_before(at)
    if session is None:
        return Outcome(Verdict.CLOSED)
    if at < session.opens_at:
        return Outcome(Verdict.TOO_EARLY, session.id, session.opens_at)
    return Outcome(Verdict.CLOSED, session.id, session.closes_at)


def _leaving(schedule: Schedule, history: History, passage: Passage) -> Outcome:
    """Going out is never refused: whoever leaves, leaves. Without a known arrival it changes nothing."""
    inside = [session for session in schedule.sessions if is_in(history, session.id)]
    session = schedule.session(passage.session_id) or (inside[-1] if inside else schedule.last_before(passage.at))
    if session is None:
        return _shut(None, schedule, passage.at)
    stays = history.get(session.id, ())
    return Outcome(Verdict.CHECKED_OUT, session.id, stays[-1].arrived_at if is_in(history, session.id) else None)
