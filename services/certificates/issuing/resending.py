"""Sending certificates again when an organiser asks."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates import audit
from services.certificates.mail.requests import send_again, send_failed_again
from services.certificates.models import VALID, Certificate
from shared.actors import Actor


def resend(session: Session, event_id: int, participant_id: uuid.UUID, actor: Actor) -> None:
    """Send a participant's valid certificate again, to their present address.

    Raises LookupError if there is no valid certificate, and NotSendable if there is no address.
    """
    certificate_id = session.scalar(
        select(Certificate.id).where(
            Certificate.event_id == event_id,
            Certificate.participant_id == participant_id,
            Certificate.status == VALID,
        )
    )
    if certificate_id is None:
        raise LookupError(participant_id)
    send_again(session, certificate_id)
    audit.record(session, actor, "certificate.resent", participant_id, event_id=event_id)


def resend_failed(session: Session, event_id: int, actor: Actor) -> int:
    """Send every failed mail of an event's valid certificates again; returns how many."""
    number = send_failed_again(session, event_id)
    if number:
        audit.record(session, actor, "mails.failed-resent", event_id, event_id=event_id, after={"number": number})
    return number
