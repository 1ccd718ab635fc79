"""Facts of other services into own tables. The inbox calls these functions, each in the transaction of a batch."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.checkin import erasure
from services.checkin.roster import changes
from services.checkin.walk_ins import answers
from shared.facts import EventFact, ParticipantFact, WalkInAnswerFact


def handle_events(session: Session, facts: Sequence[EventFact]) -> None:
    """registration.event-changed.v1"""
    changes.apply_events(session, facts)


def handle_participants(session: Session, facts: Sequence[ParticipantFact]) -> None:
    """registration.participant-changed.v1"""
    for participant_id in changes.apply_participants(session, facts):
        erasure.forget(session, participant_id)


def handle_walk_in_answers(session: Session, facts: Sequence[WalkInAnswerFact]) -> None:
    """registration.walk-in-answered.v1"""
    for participant_id in answers.record_answers(session, facts):
        erasure.forget(session, participant_id)
