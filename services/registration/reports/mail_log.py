"""The log of mail to an event's participants, in pages from the newest on, and sending a mail again."""

import uuid

from sqlalchemy import UUID, Select, cast, select
from sqlalchemy.orm import Session

from services.registration.mail.requests import SEND_MAIL
from services.registration.models import Participant
from services.registration.participants.search import plan_for_these_values
from shared import jobs, paging
from shared.delivery.publish import wake_relay
from shared.mail.models import Mail
from shared.paging import Page

PAGE = 100
# To a reader, a mail that the relay has handed on is still waiting.
STATES = {
    jobs.WAITING: (jobs.WAITING, jobs.HANDED_OUT),
    jobs.RUNNING: (jobs.RUNNING,),
    jobs.DONE: (jobs.DONE,),
    jobs.FAILED: (jobs.FAILED,),
}


def of_event(event_id: int) -> Select[Mail]:
    """All mails to the people of an event."""
    # Mails hold the key of their row as text, because other services use other keys; here all keys are UUIDs.
    person = Participant.id == cast(Mail.subject_key, UUID(as_uuid=True))
    return select(Mail).join(Participant, person).where(Participant.event_id == event_id)


def page(session: Session, event_id: int, state: str, cursor: str | None) -> Page[Mail]:
    """The mails in ``state`` (any other word: in all states) before ``cursor``, the newest first."""
    found = of_event(event_id)
    if state in STATES:
        states = STATES[state]
        found = found.where(Mail.state == states[0] if len(states) == 1 else Mail.state.in_(states))
    plan_for_these_values(session)
    return paging.fetch(session, found, Mail.created_at, Mail.id, cursor, PAGE, newest_first=True)


def find(session: Session, event_id: int, mail_id: uuid.UUID) -> Mail | None:
    """The mail to one of an event's participants with this id, or None."""
    return session.scalar(of_event(event_id).where(Mail.id == mail_id))


def send_again(session: Session, mail_id: uuid.UUID) -> bool:
    """Queue a mail again that was sent or has failed; False while it waits or is being sent."""
    done = jobs.retry(session, SEND_MAIL, mail_id)
    wake_relay(session)
    return done
