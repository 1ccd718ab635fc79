"""Recording what registration answered to walk-ins."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.checkin.models import WalkIn
from services.checkin.scanning import derivation, loading
from services.checkin.scanning.locking import lock_people, lock_tickets
from shared.facts import WalkInAnswerFact


def record_answers(session: Session, facts: Sequence[WalkInAnswerFact]) -> list[UUID]:
    """Store the answers, and derive the attendance of the guests who were registered or refused.

    Returns the guests whose tombstone came before the answer: the caller forgets them.
    """
    lock_tickets(session, (fact["walk_in_id"] for fact in facts))
    lock_people(session, (fact["participant_id"] for fact in facts if fact["participant_id"]))
    people: list[UUID] = []
    refused: dict[int, list[UUID]] = defaultdict(list)
    for fact in facts:
        walk_in = session.get(WalkIn, fact["walk_in_id"])
        if walk_in is None or walk_in.answer_version >= fact["version"]:
            continue
        walk_in.answer_version = fact["version"]
        walk_in.outcome, walk_in.reason = fact["outcome"], fact["reason"]
        walk_in.participant_id = fact["participant_id"]
        walk_in.email = None
        if walk_in.participant_id:
            people.append(walk_in.participant_id)
        else:
            refused[walk_in.event_id].append(walk_in.walk_in_id)
    session.flush()
    for event_id, ids in refused.items():
        derivation.derive_refused(session, event_id, ids)
    entries = loading.entries_of(session, people)
    derivation.assign_and_derive(session, {key: entry for key, entry in entries.items() if not entry.erased})
    return [key for key, entry in entries.items() if entry.erased]
