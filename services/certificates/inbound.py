"""Facts of other services into own copies. A change makes the tick check again who is due a certificate."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates import erasure
from services.certificates.eligibility.locking import lock_events
from services.certificates.issuing.numbering import DEFAULT_PATTERN
from services.certificates.models import Attendance, Event, Participant
from shared.contracts import EVENT_CHANGED
from shared.delivery.copies import keep_newest
from shared.facts import AttendanceFact, EventFact, ParticipantFact


def keep_events(session: Session, facts: Sequence[EventFact]) -> None:
    """Keep the newest state of each event, and schedule the check of who is due."""
    lock_events(session, {fact["event_id"] for fact in facts})
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
    events = lock_events(session, {fact["event_id"] for fact in facts})
    stored = keep_newest(session, Participant, facts)
    for fact in stored:
        if fact["erased"]:
            erasure.forget(session, fact["participant_id"])
    _evaluate_again(events, {fact["event_id"] for fact in stored})


def keep_attendance(session: Session, facts: Sequence[AttendanceFact]) -> None:
    """Keep the newest attendance. What arrives after the issuing is evaluated again; of the erased nothing is kept."""
    events = lock_events(session, {fact["event_id"] for fact in facts})
    ids = {fact["participant_id"] for fact in facts}
    # Their rows are locked, so that a tombstone that is under way comes before this or after it.
    known = select(Participant).where(Participant.participant_id.in_(ids)).order_by(Participant.participant_id)
    people = session.scalars(known.with_for_update(read=True).execution_options(populate_existing=True))
    erased = {person.participant_id for person in people if person.erased}
    stored = keep_newest(session, Attendance, [fact for fact in facts if fact["participant_id"] not in erased])
    _evaluate_again(events, {fact["event_id"] for fact in stored})


def _evaluate_again(events: Iterable[Event], changed: Collection[int]) -> None:
    for event in events:
        if event.event_id in changed and event.evaluate_at is None:
            event.evaluate_at = event.issue_at
