"""The log of mail to an event's people: pages from the newest on, however many there are."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import UUID, Select, cast, select, tuple_
from sqlalchemy.orm import Session

from services.registration import people
from services.registration.models import Participant
from shared import jobs
from shared.mail.models import Mail

PAGE = 100
# To a reader, what the relay has handed on still waits.
STATES = {
    jobs.WAITING: (jobs.WAITING, jobs.HANDED_OUT),
    jobs.RUNNING: (jobs.RUNNING,),
    jobs.DONE: (jobs.DONE,),
    jobs.FAILED: (jobs.FAILED,),
}


class MailPage(NamedTuple):
    """One page of mails, and the cursor of the next (None at the end)."""

    mails: Sequence[Mail]
    next: str | None


def of_event(event_id: int) -> Select[Mail]:
    """All mails to the people of an event."""
    # Mails know their row by text, for they are shared with services that have other keys; here all keys are UUIDs.
    person = Participant.id == cast(Mail.subject_key, UUID(as_uuid=True))
    return select(Mail).join(Participant, person).where(Participant.event_id == event_id)


def page(session: Session, event_id: int, state: str, cursor: str | None) -> MailPage:
    """The mails in ``state`` (any other word: in all states) before ``cursor``, the newest first."""
    found = of_event(event_id)
    if state in STATES:
        states = STATES[state]
        found = found.where(Mail.state == states[0] if len(states) == 1 else Mail.state.in_(states))
    before = people.position(cursor)
    if before is not None:
        found = found.where(tuple_(Mail.created_at, Mail.id) < before)
    newest = found.order_by(Mail.created_at.desc(), Mail.id.desc()).limit(PAGE + 1)
    people.plan_for_what_is_asked(session)
    rows = session.scalars(newest).all()
    return MailPage(rows[:PAGE], people.cursor_of(rows[PAGE - 1]) if len(rows) > PAGE else None)
