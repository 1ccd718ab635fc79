"""Lists for organisers: events with their counts, and one event's people, certificates, mails and runs."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.certificates.due import Standing, standings
from services.certificates.making import MAIL_KIND
from services.certificates.models import VALID, Certificate, Event, Run
from shared.mail.models import Mail


class EventLine(NamedTuple):
    """An event in the list, with the number of its valid certificates."""

    event: Event
    valid: int


class Line(NamedTuple):
    """A person of the event with verdict, certificate and the state of its mail."""

    standing: Standing
    mail: Mail | None


def events(session: Session) -> list[EventLine]:
    """All events that are not drafts, the newest first."""
    valid = (
        select(Certificate.event_id, func.count().label("number"))
        .where(Certificate.status == VALID)
        .group_by(Certificate.event_id)
        .subquery()
    )
    query = (
        select(Event, func.coalesce(valid.c.number, 0))
        .outerjoin(valid, valid.c.event_id == Event.event_id)
        .where(Event.status != "draft")
        .order_by(Event.starts_at.desc(), Event.event_id)
    )
    return [EventLine(event, number) for event, number in session.execute(query)]


def lines(session: Session, event: Event) -> list[Line]:
    """Everybody with a place at the event, by name."""
    found = standings(session, event)
    mails = mails_of(session, [row.certificate.id for row in found if row.certificate])
    return [Line(row, mails.get(row.certificate.id) if row.certificate else None) for row in found]


def mails_of(session: Session, certificate_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Mail]:
    """The mail of each certificate that has one."""
    occasions = {f"{MAIL_KIND}:{certificate_id}": certificate_id for certificate_id in certificate_ids}
    rows = session.scalars(select(Mail).where(Mail.occasion.in_(occasions)))
    return {occasions[mail.occasion]: mail for mail in rows}


def runs(session: Session, event_id: int, limit: int = 10) -> Sequence[Run]:
    """The event's latest issuing runs, the newest first."""
    query = select(Run).where(Run.event_id == event_id).order_by(Run.created_at.desc(), Run.id).limit(limit)
    return session.scalars(query).all()
