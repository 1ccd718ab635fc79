"""Requests for mail: rows in the use case's own transaction. compose.py writes the text when it is sent."""

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

# Kinds of mail. The text of a ticket mail depends on the participant's status when it is sent.
TICKET = "ticket"
ANNOUNCEMENT = "announcement"
INVITATION = "account-invitation"
PASSWORD_RESET = "password-reset"


def ask_for_ticket_mails(session: Session, people: Iterable[Participant]) -> None:
    """As ask_for_ticket_mail, for many participants in one statement."""
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
    """Request a mail with the ticket, the place on the waiting list or the cancellation; None without an e-mail.

    Its key holds the participant's version, so that there is one mail for each change.
    """
    if not person.email:
        return None
    return enqueue(session, TICKET, person.id, person.email, _dedupe_key(person))


def drop_waiting_ticket_mails(session: Session, person: Participant) -> None:
    """Delete ticket mails that were not sent yet: their content is out of date."""
    waiting = Mail.state.in_((WAITING, HANDED_OUT))
    session.execute(delete(Mail).where(Mail.subject_key == str(person.id), Mail.kind == TICKET, waiting))


def send_ticket_again(session: Session, event_id: int, email: str, seconds: int = 60) -> None:
    """Request the ticket mail for a registered address again, at most once in ``seconds`` (real time)."""
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
