"""Announcements: a mail to many participants, with one row each, so that a crash neither skips nor repeats anybody."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Announcement, Event, Participant
from services.registration.models.participants import CANCELLED
from shared import clock
from shared.actors import Actor
from shared.delivery.publish import wake_relay
from shared.mail.models import Mail

ANNOUNCEMENT = "announcement"


def recipients(found: Select[Participant]) -> Select[Participant]:
    """The participants of a selection who have an address and have not cancelled."""
    return found.where(Participant.email.is_not(None), Participant.status != CANCELLED)


def announce(
    session: Session, actor: Actor, event: Event, found: Select[Participant], given: Mapping[str, Any]
) -> Announcement:
    """Queue ``given["subject"]`` and ``given["body"]`` as a mail to all recipients in ``found``."""
    announcement = Announcement(event_id=event.id, subject=given["subject"], body=given["body"], created_at=clock.now())
    session.add(announcement)
    session.flush()
    rows = [
        {
            "id": uuid.uuid4(),
            "kind": ANNOUNCEMENT,
            "subject_key": str(person.id),
            "recipient": person.email,
            "reference": announcement.id,
            "dedupe_key": f"{ANNOUNCEMENT}:{announcement.id}:{person.id}",
            "created_at": announcement.created_at,
            "due_at": clock.real_now(),
        }
        for person in session.scalars(recipients(found))
    ]
    if rows:
        session.execute(insert(Mail).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows)
        wake_relay(session)
    after = {"people": len(rows)}
    audit.record(session, actor, "participants.written-to", announcement.id, event_id=event.id, after=after)
    return announcement


def of_mail(session: Session, mail: Mail) -> Announcement | None:
    """The announcement that a mail carries, or None."""
    return session.get(Announcement, mail.reference) if mail.reference else None


def find(session: Session, event_id: int, announcement_id: uuid.UUID) -> Announcement | None:
    """The announcement of an event with this id, or None."""
    found = session.get(Announcement, announcement_id)
    return found if found is not None and found.event_id == event_id else None


def progress(session: Session, announcement: Announcement) -> dict[str, int]:
    """How many of an announcement's mails are in which state."""
    rows = session.execute(
        select(Mail.state, func.count())
        .where(Mail.kind == ANNOUNCEMENT, Mail.reference == announcement.id)
        .group_by(Mail.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - a Row is no tuple to the type checker
