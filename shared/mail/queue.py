"""Putting a mail in the queue: a row in the use case's own transaction."""

import uuid
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import clock
from shared.chores import delete_some
from shared.delivery.publish import wake_relay
from shared.jobs import DONE, FAILED
from shared.mail.models import Mail


def enqueue(
    session: Session,
    kind: str,
    subject_key: object,
    recipient: str,
    dedupe_key: str,
    reference: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Have a mail of ``kind`` about ``subject_key`` (a person's id) sent once this transaction commits.

    ``reference`` is the id of a related row (a certificate, an announcement). ``dedupe_key`` makes the mail
    unique (e.g. "ticket:<participant>:1"): the id is None when it was already queued.
    """
    mail_id = session.scalar(
        insert(Mail)
        .values(
            id=uuid.uuid4(),
            kind=kind,
            subject_key=str(subject_key),
            recipient=recipient,
            reference=reference,
            dedupe_key=dedupe_key,
            created_at=clock.now(),
            due_at=clock.real_now(),
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Mail.id)
    )
    wake_relay(session)
    return mail_id


# Longer than a year, so that a report to those who paid for an event can still say who was told what.
KEPT = timedelta(days=400)


def purge(session: Session, limit: int) -> int:
    """Delete up to ``limit`` mails that were sent, or failed, longer ago than KEPT; returns how many."""
    old = Mail.created_at < clock.now() - KEPT, Mail.finished_at < clock.real_now() - KEPT
    return delete_some(session, Mail, limit, *old, Mail.state.in_((DONE, FAILED)))


def forget(session: Session, subject_key: object) -> None:
    """Delete every mail about an erased person, sent or not."""
    session.execute(delete(Mail).where(Mail.subject_key == str(subject_key)))
