"""What is kept about a participant besides their own row."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import Attendance, AuditEntry, CertificateCopy, Participant
from shared.mail.models import Mail


class Record(NamedTuple):
    """Attendance, certificate, mails and audit log of one participant."""

    attendance: Sequence[Attendance]
    certificate: CertificateCopy | None
    mails: Sequence[Mail]
    audit: Sequence[AuditEntry]


def of(session: Session, person: Participant) -> Record:
    """The record of ``person``."""
    return Record(
        session.scalars(
            select(Attendance).where(Attendance.participant_id == person.id).order_by(Attendance.session_id)
        ).all(),
        session.get(CertificateCopy, person.id),
        session.scalars(select(Mail).where(Mail.subject_key == str(person.id)).order_by(Mail.created_at)).all(),
        session.scalars(select(AuditEntry).where(AuditEntry.subject == str(person.id)).order_by(AuditEntry.id)).all(),
    )
