"""Facts of other services into own copies. A change makes the tick check again who is due a certificate."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates import erasure
from services.certificates.issuing.numbering import DEFAULT_PATTERN
from services.certificates.models import Attendance, Event, Participant
from shared.contracts import EVENT_CHANGED
from shared.delivery.copies import keep_newest
from shared.facts import AttendanceFact, EventFact, ParticipantFact


def keep_events(session: Session, facts: Sequence[EventFact]) -> None:
    """Keep the newest state of each event, and schedule the check of who is due."""
    keep_newest(session, Event, facts, _event_row)


def _event_row(fact: EventFact) -> dict[str, Any]:
    same = ("event_id", "version", "slug", "title", "title_en", "organiser", "organiser_id", "venue", "timezone")
    more = ("status", "starts_at", "ends_at", "topics", "partners", "signatories")
    issue_at = fact["ends_at"] + timedelta(minutes=fact["certificate_grace_minutes"])
    return {
        **{name: value for name, value in fact.items() if name in (*same, *more)},
        "sessions": EVENT_CHANGED.schema.dump(fact)["sessions"],
        "policy": fact["certificate_policy"],
        "number_pattern": fact["certificate_number_pattern"] or DEFAULT_PATTERN,
        "issue_at": issue_at,
        "evaluate_at": issue_at,
    }


def keep_participants(session: Session, facts: Sequence[ParticipantFact]) -> None:
    """Keep the newest state of each participant; erase those whose fact is a tombstone."""
    stored = keep_newest(session, Participant, facts)
    for fact in stored:
        if fact["erased"]:
            erasure.forget(session, fact["participant_id"])
    _evaluate_again(session, {fact["event_id"] for fact in stored})


def keep_attendance(session: Session, facts: Sequence[AttendanceFact]) -> None:
    """Keep the newest attendance. What arrives after the issuing is evaluated again."""
    stored = keep_newest(session, Attendance, facts)
    _evaluate_again(session, {fact["event_id"] for fact in stored})


def _evaluate_again(session: Session, event_ids: Iterable[int]) -> None:
    # Locked before it is read: a tick that is reading who is due must not clear what is set here.
    locked = select(Event).where(Event.event_id.in_(event_ids)).order_by(Event.event_id).with_for_update()
    for event in session.scalars(locked.execution_options(populate_existing=True)):
        if event.evaluate_at is None:
            event.evaluate_at = event.issue_at
