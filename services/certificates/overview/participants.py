"""An event's participants for organisers: each with verdict, certificate and mail; filters, pages and counts."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates.eligibility.standings import Standing, standings
from services.certificates.mail.requests import KIND
from services.certificates.models import VALID, AuditEntry, Certificate, Event
from shared import jobs
from shared.mail.models import Mail

# Lines on a page; with more, a phone becomes slow.
PAGE = 200

# What the list can be filtered by.
ISSUED, DUE, PROBLEM, NOT_ELIGIBLE, LOST = "issued", "due", "problem", "not_eligible", "lost"
REVOKED, MAIL_FAILED, NO_EMAIL = "revoked", "mail_failed", "no_email"


@dataclass(frozen=True)
class Line:
    """A participant with verdict, certificate and the state of its mail."""

    standing: Standing
    mail: Mail | None

    @property
    def marks(self) -> frozenset[str]:
        """What is true of this participant; each mark is a filter."""
        standing = self.standing
        holds = standing.certificate is not None and standing.certificate.status == VALID
        return frozenset(
            mark
            for mark, is_so in {
                ISSUED: holds,
                DUE: standing.is_due,
                PROBLEM: standing.problem is not None,
                NOT_ELIGIBLE: standing.certificate is None and not standing.verdict.eligible,
                LOST: standing.is_lost,
                REVOKED: standing.certificate is not None and not holds,
                MAIL_FAILED: self.mail is not None and self.mail.state == jobs.FAILED,
                NO_EMAIL: holds and not standing.participant.email,
            }.items()
            if is_so
        )


def lines(session: Session, event: Event) -> list[Line]:
    """The confirmed participants of the event, by name."""
    found = standings(session, event)
    mails = mails_by_certificate(session, [row.certificate.id for row in found if row.certificate])
    return [Line(row, mails.get(row.certificate.id) if row.certificate else None) for row in found]


def matching(found: Sequence[Line], mark: str, organisation: str, words: str) -> list[Line]:
    """The lines with ``mark``, of ``organisation``, with all ``words`` in name or number (each may be empty)."""
    wanted = words.casefold().split()

    def matches(line: Line) -> bool:
        standing = line.standing
        text = f"{standing.participant.name} {standing.certificate.number if standing.certificate else ''}".casefold()
        return (
            (not mark or mark in line.marks)
            and (not organisation or (standing.participant.organisation or "") == organisation)
            and all(word in text for word in wanted)
        )

    return [line for line in found if matches(line)]


def page(found: Sequence[Line], after: str) -> tuple[Sequence[Line], uuid.UUID | None]:
    """The lines that follow the participant with id ``after`` (from the first when there is none), and the id after
    which the next page begins (None on the last)."""
    ids = [str(line.standing.participant.participant_id) for line in found]
    start = ids.index(after) + 1 if after in ids else 0
    shown = found[start : start + PAGE]
    return shown, shown[-1].standing.participant.participant_id if start + PAGE < len(found) else None


class PartnerLine(NamedTuple):
    """The counts of one organisation."""

    organisation: str
    participants: int
    issued: int
    mailed: int


def by_partner(found: Sequence[Line]) -> list[PartnerLine]:
    """Counts by organisation, the largest first. Participants of no organisation have an empty name."""
    participants: Counter[str] = Counter()
    issued: Counter[str] = Counter()
    mailed: Counter[str] = Counter()
    for line in found:
        name = line.standing.participant.organisation or ""
        participants[name] += 1
        issued[name] += ISSUED in line.marks
        mailed[name] += line.mail is not None and line.mail.state == jobs.DONE
    ordered = sorted(participants, key=lambda name: (-participants[name], name.casefold()))
    return [PartnerLine(name, participants[name], issued[name], mailed[name]) for name in ordered]


class Details(NamedTuple):
    """One participant: their standing, the versions of their certificate, the mail of each, what organisers did."""

    standing: Standing
    versions: Sequence[Certificate]
    mails: dict[uuid.UUID, Mail]
    history: Sequence[AuditEntry]


def details(session: Session, event: Event, participant_id: uuid.UUID) -> Details:
    """Everything about one participant. Raises LookupError if they have no place at the event."""
    found = standings(session, event, [participant_id])
    if not found:
        raise LookupError(participant_id)
    versions = session.scalars(
        select(Certificate).where(Certificate.participant_id == participant_id).order_by(Certificate.version.desc())
    ).all()
    mails = mails_by_certificate(session, [row.id for row in versions])
    history = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == str(participant_id)).order_by(AuditEntry.id.desc())
    ).all()
    return Details(found[0], versions, mails, history)


class CertificatesPage(NamedTuple):
    """A page of certificates with the mail of each, and the id after which the next page begins (None at the end)."""

    rows: Sequence[Certificate]
    mails: dict[uuid.UUID, Mail]
    next: uuid.UUID | None


def certificates_page(session: Session, event_id: int, after: uuid.UUID | None, limit: int) -> CertificatesPage:
    """The event's certificates, every version, by id: up to ``limit`` that follow ``after``."""
    query = select(Certificate).where(Certificate.event_id == event_id).order_by(Certificate.id)
    if after:
        query = query.where(Certificate.id > after)
    # One extra row shows whether there is a next page.
    rows = session.scalars(query.limit(limit + 1)).all()
    shown = rows[:limit]
    mails = mails_by_certificate(session, [row.id for row in shown])
    return CertificatesPage(shown, mails, shown[-1].id if len(rows) > limit else None)


def mails_by_certificate(session: Session, certificate_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Mail]:
    """The mail of each certificate that has one."""
    rows = session.scalars(select(Mail).where(Mail.kind == KIND, Mail.reference.in_(certificate_ids)))
    return {mail.reference: mail for mail in rows if mail.reference}
