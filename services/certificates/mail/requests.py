"""Asking for the mail that brings a certificate: a row, which the mail worker sends."""

import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.certificates.models import VALID, Certificate, Participant
from shared import jobs, queues
from shared.delivery.publish import wake_relay
from shared.mail import queue
from shared.mail.models import Mail

KIND = "certificate"
# Retried for more than two hours, so that a mail server may be down over lunch, or greylist.
MAIL = jobs.JobKind(
    Mail, "certificates.send-mail", queues.CERTIFICATES_MAIL, max_attempts=20, rate_setting="HADIR_MAIL_PER_MINUTE"
)


class NotSendable(ValueError):
    """There is no valid certificate, or no address to send it to."""


def send_certificate(session: Session, certificate_id: uuid.UUID, participant_id: uuid.UUID, address: str) -> bool:
    """Send a certificate to ``address``; False if its mail was requested before."""
    key = _key(certificate_id)
    return queue.enqueue(session, KIND, participant_id, address, key, certificate_id) is not None


def _key(certificate_id: uuid.UUID) -> str:
    return f"{KIND}:{certificate_id}"


def send_again(session: Session, certificate_id: uuid.UUID) -> None:
    """Send a certificate's mail again, to the participant's present address. Raises NotSendable.

    A mail that is waiting or being sent does not change.
    """
    certificate = session.get(Certificate, certificate_id)
    if certificate is None or certificate.status != VALID:
        raise NotSendable(certificate_id)
    participant = session.get(Participant, certificate.participant_id)
    if participant is None or participant.erased or not participant.email:
        raise NotSendable(certificate_id)
    if send_certificate(session, certificate_id, participant.participant_id, participant.email):
        return
    mail_id = session.scalars(select(Mail.id).where(Mail.dedupe_key == _key(certificate_id))).one()
    if jobs.retry(session, MAIL, mail_id):
        session.execute(update(Mail).where(Mail.id == mail_id).values(recipient=participant.email))
        wake_relay(session)


def send_failed_again(session: Session, event_id: int) -> int:
    """Send every failed mail of an event's valid certificates again; returns how many."""
    certificates = select(Certificate.id).where(Certificate.event_id == event_id, Certificate.status == VALID)
    failed = session.scalars(
        select(Mail)
        .where(Mail.kind == KIND, Mail.reference.in_(certificates), Mail.state == jobs.FAILED)
        .order_by(Mail.id)
        .with_for_update()
    )
    number = 0
    for mail in failed.all():
        assert mail.reference
        send_again(session, mail.reference)
        number += 1
    return number
