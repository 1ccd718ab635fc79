"""Sending a certificate again: to the address that the person has now."""

import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.certificates.mailing import MAIL
from services.certificates.making import MAIL_KIND
from services.certificates.models import VALID, Certificate, Person
from shared import jobs
from shared.delivery.publish import wake_relay
from shared.mail import queue
from shared.mail.models import Mail


class NotSendable(ValueError):
    """There is no valid certificate, or no address to send it to."""


def send_again(session: Session, certificate_id: uuid.UUID) -> None:
    """Have a certificate's mail sent (again), to the person's present address. Raises NotSendable.

    A mail that is just waiting or being sent is left alone.
    """
    certificate = session.get(Certificate, certificate_id)
    person = session.get(Person, certificate.participant_id) if certificate else None
    if certificate is None or certificate.status != VALID or person is None or person.erased or not person.email:
        raise NotSendable(certificate_id)
    key = f"{MAIL_KIND}:{certificate_id}"
    if queue.enqueue(session, MAIL_KIND, person.participant_id, person.email, key, certificate_id):
        return
    mail_id = session.scalars(select(Mail.id).where(Mail.dedupe_key == key)).one()
    if jobs.retry(session, MAIL, mail_id):
        session.execute(update(Mail).where(Mail.id == mail_id).values(recipient=person.email))
        wake_relay(session)


def send_failed_again(session: Session, event_id: int) -> int:
    """Have every failed mail of an event's valid certificates sent again; returns how many."""
    certificates = select(Certificate.id).where(Certificate.event_id == event_id, Certificate.status == VALID)
    failed = session.scalars(
        select(Mail)
        .where(Mail.kind == MAIL_KIND, Mail.reference.in_(certificates), Mail.state == jobs.FAILED)
        .with_for_update()
    )
    number = 0
    for mail in failed.all():
        assert mail.reference
        send_again(session, mail.reference)
        number += 1
    return number
