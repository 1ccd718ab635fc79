"""The organisers' list of events, and how far issuing and mailing of one event have come."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.certificates.mail.requests import KIND
from services.certificates.models import VALID, Certificate, Event, Run
from shared import jobs
from shared.mail.models import Mail


class EventLine(NamedTuple):
    """An event in the list, with the number of its valid certificates."""

    event: Event
    valid: int


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


def runs(session: Session, event_id: int, limit: int = 10) -> Sequence[Run]:
    """The event's latest issuing runs, the newest first."""
    query = select(Run).where(Run.event_id == event_id).order_by(Run.created_at.desc(), Run.id).limit(limit)
    return session.scalars(query).all()


def progress(session: Session, event_id: int) -> dict[str, int | str | None]:
    """How far issuing and mailing have come, in a few cheap counts."""
    certificates = select(Certificate.id).where(Certificate.event_id == event_id, Certificate.status == VALID)
    of_event = Mail.reference.in_(select(certificates.subquery().c.id))
    counts = select(Mail.state, func.count()).where(Mail.kind == KIND, of_event).group_by(Mail.state)
    states: Mapping[str, int] = {row[0]: row[1] for row in session.execute(counts)}
    latest = next(iter(runs(session, event_id, 1)), None)
    return {
        "valid": session.scalar(select(func.count()).select_from(certificates.subquery())) or 0,
        "run": latest.state if latest else None,
        "issued": latest.issued if latest else 0,
        "planned": latest.planned if latest else None,
        "mails_sent": states.get(jobs.DONE, 0),
        "mails_failed": states.get(jobs.FAILED, 0),
        "mails_waiting": sum(states.get(state, 0) for state in (jobs.WAITING, jobs.HANDED_OUT, jobs.RUNNING)),
    }
