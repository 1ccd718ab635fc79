"""Lists for organisers: events with their counts, and one event's people, certificates, mails and runs."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.certificates.due import Standing, standings
from services.certificates.making import MAIL_KIND
from services.certificates.models import VALID, Certificate, Event, Run
from shared import jobs
from shared.mail.models import Mail


class EventLine(NamedTuple):
    """An event in the list, with the number of its valid certificates."""

    event: Event
    valid: int


# Lines on a page: more make a phone slow before they help anybody.
PAGE = 200

# What a line of the event's list can be filtered by.
ISSUED, DUE, OBSTACLE, NOT_ELIGIBLE, LOST = "issued", "due", "obstacle", "not_eligible", "lost"
REVOKED, MAIL_FAILED, NO_EMAIL = "revoked", "mail_failed", "no_email"


@dataclass(frozen=True)
class Line:
    """A person of the event with verdict, certificate and the state of its mail."""

    standing: Standing
    mail: Mail | None

    @property
    def marks(self) -> frozenset[str]:
        """What is true of this person; each is a filter."""
        standing = self.standing
        holds = standing.certificate is not None and standing.certificate.status == VALID
        return frozenset(
            mark
            for mark, is_so in {
                ISSUED: holds,
                DUE: standing.is_due,
                OBSTACLE: standing.obstacle is not None,
                NOT_ELIGIBLE: standing.certificate is None and not standing.verdict.eligible,
                LOST: standing.is_lost,
                REVOKED: standing.certificate is not None and not holds,
                MAIL_FAILED: self.mail is not None and self.mail.state == jobs.FAILED,
                NO_EMAIL: holds and not standing.person.email,
            }.items()
            if is_so
        )


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


def chosen(found: Sequence[Line], mark: str, organisation: str, words: str) -> list[Line]:
    """The lines with ``mark``, of ``organisation``, with ``words`` in name or number (each may be empty)."""
    wanted = words.casefold().split()

    def fits(line: Line) -> bool:
        standing = line.standing
        text = f"{standing.person.name} {standing.certificate.number if standing.certificate else ''}".casefold()
        return (
            (not mark or mark in line.marks)
            and (not organisation or (standing.person.organisation or "") == organisation)
            and all(word in text for word in wanted)
        )

    return [line for line in found if fits(line)]


def page(found: Sequence[Line], after: str) -> tuple[Sequence[Line], uuid.UUID | None]:
    """The lines that follow the participant with id ``after`` (from the first when there is none), and the id after
    which the next page begins (None on the last)."""
    ids = [str(line.standing.person.participant_id) for line in found]
    start = ids.index(after) + 1 if after in ids else 0
    shown = found[start : start + PAGE]
    return shown, shown[-1].standing.person.participant_id if start + PAGE < len(found) else None


class PartnerLine(NamedTuple):
    """How one organisation's people fared."""

    organisation: str
    people: int
    issued: int
    mailed: int


def by_partner(found: Sequence[Line]) -> list[PartnerLine]:
    """Counts by organisation, the largest first; people of none are under an empty name."""
    people: Counter[str] = Counter()
    issued: Counter[str] = Counter()
    mailed: Counter[str] = Counter()
    for line in found:
        name = line.standing.person.organisation or ""
        people[name] += 1
        issued[name] += ISSUED in line.marks
        mailed[name] += line.mail is not None and line.mail.state == jobs.DONE
    ordered = sorted(people, key=lambda name: (-people[name], name.casefold()))
    return [PartnerLine(name, people[name], issued[name], mailed[name]) for name in ordered]


def mails_of(session: Session, certificate_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Mail]:
    """The mail of each certificate that has one."""
    rows = session.scalars(select(Mail).where(Mail.kind == MAIL_KIND, Mail.reference.in_(certificate_ids)))
    return {mail.reference: mail for mail in rows if mail.reference}


def runs(session: Session, event_id: int, limit: int = 10) -> Sequence[Run]:
    """The event's latest issuing runs, the newest first."""
    query = select(Run).where(Run.event_id == event_id).order_by(Run.created_at.desc(), Run.id).limit(limit)
    return session.scalars(query).all()


def progress(session: Session, event_id: int) -> dict[str, int | str | None]:
    """How far issuing and mailing have come, in a few cheap counts."""
    certificates = select(Certificate.id).where(Certificate.event_id == event_id, Certificate.status == VALID)
    theirs = Mail.reference.in_(select(certificates.subquery().c.id))
    counts = select(Mail.state, func.count()).where(Mail.kind == MAIL_KIND, theirs).group_by(Mail.state)
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
