"""Asking for mail, in the use case's own transaction. What it says is composed when it is sent: mail_texts.py."""

import uuid
from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration.models import Participant
from services.registration.models.participants import CANCELLED
from shared import clock, queues
from shared.delivery.publish import wake_relay
from shared.jobs import HANDED_OUT, WAITING, JobKind
from shared.mail.models import Mail
from shared.mail.queue import enqueue

SEND_MAIL = JobKind(
    Mail, "registration.send-mail", queues.REGISTRATION_MAIL, max_attempts=20, rate_setting="HADIR_MAIL_PER_MINUTE"
)

# What the participant's mail is about; its text follows the status at the time of sending.
TICKET = "ticket"


def ask_for_ticket_mails(session: Session, people: Iterable[Participant]) -> None:
    """As ask_for_ticket_mail for many, in one statement."""
    now, real_now = clock.now(), clock.real_now()
    rows = [
        {
            "id": uuid.uuid4(),
            "kind": TICKET,
            "subject_key": str(person.id),
            "recipient": person.email,
            "dedupe_key": _dedupe_key(person),
            "created_at": now,
            "due_at": real_now,
        }
        for person in people
        if person.email
    ]
    if rows:
        session.execute(insert(Mail).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows)
        wake_relay(session)


def _dedupe_key(person: Participant) -> str:
    return f"{TICKET}:{person.id}:{person.version}"


def ask_for_ticket_mail(session: Session, person: Participant) -> uuid.UUID | None:
    """Have the ticket (or the place on the waiting list, or the cancellation) written to the person.

    Its key holds the fact's version: one mail for each change that deserves one. None without an e-mail.
    """
    if not person.email:
        return None
    return enqueue(session, TICKET, person.id, person.email, _dedupe_key(person))


def drop_waiting_ticket_mails(session: Session, person: Participant) -> None:
    """Take back ticket mails that were not sent yet: what they were to tell holds no more."""
    waiting = Mail.state.in_((WAITING, HANDED_OUT))
    session.execute(delete(Mail).where(Mail.subject_key == str(person.id), Mail.kind == TICKET, waiting))


def send_ticket_again(session: Session, event_id: int, email: str, seconds: int = 60) -> None:
    """Queue the ticket mail of whoever is registered with this address, at most once in so many seconds."""
    person = session.scalar(
        select(Participant).where(
            Participant.event_id == event_id,
            func.lower(Participant.email) == email.lower(),
            Participant.status != CANCELLED,
        )
    )
    if person is not None and person.email:
        slot = int(clock.real_now().timestamp() // seconds)
        enqueue(session, TICKET, person.id, person.email, f"{TICKET}-again:{person.id}:{seconds}:{slot}")
