"""Writing to many participants: one mail row each, so that a crash neither forgets nor repeats anybody."""

import uuid
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Announcement, Event, Participant
from services.registration.models.participants import CANCELLED
from shared import clock
from shared.delivery.publish import wake_relay
from shared.mail.models import Mail

ANNOUNCEMENT = "announcement"


def recipients(found: Select[Participant]) -> Select[Participant]:
    """Those of a selection who have an address and have not cancelled."""
    return found.where(Participant.email.is_not(None), Participant.status != CANCELLED)


def announce(session: Session, event: Event, found: Select[Participant], given: dict[str, Any]) -> Announcement:
    """Queue ``given["subject"]`` and ``given["body"]`` for everybody in ``found`` who can be written to."""
    letter = Announcement(event_id=event.id, subject=given["subject"], body=given["body"], created_at=clock.now())
    session.add(letter)
    session.flush()
    rows = [
        {
            "id": uuid.uuid4(),
            "kind": ANNOUNCEMENT,
            "subject_key": str(person.id),
            "recipient": person.email,
            "reference": letter.id,
            "dedupe_key": f"{ANNOUNCEMENT}:{letter.id}:{person.id}",
            "created_at": letter.created_at,
            "due_at": clock.real_now(),
        }
        for person in session.scalars(recipients(found))
    ]
    if rows:
        session.execute(insert(Mail).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows)
        wake_relay(session)
    audit.record(session, "participants.written-to", letter.id, event.id, after={"people": len(rows)})
    return letter


def letter_of(session: Session, mail: Mail) -> Announcement | None:
    """The letter that a mail brings."""
    return session.get(Announcement, mail.reference) if mail.reference else None


def progress(session: Session, letter: Announcement) -> dict[str, int]:
    """How many of a letter's mails are in which state."""
    rows = session.execute(
        select(Mail.state, func.count())
        .where(Mail.kind == ANNOUNCEMENT, Mail.reference == letter.id)
        .group_by(Mail.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - a Row is no tuple to the type checker
