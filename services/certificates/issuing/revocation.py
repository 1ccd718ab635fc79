"""Revoking a certificate, always with a reason that the verification page shows."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates import audit
from services.certificates.eligibility import decisions
from services.certificates.eligibility.locking import lock_events
from services.certificates.models import DENY, REVOKED, VALID, Certificate
from services.certificates.outbound import next_fact_version, publish_certificates
from shared import clock
from shared.actors import Actor


def revoke(session: Session, event_id: int, participant_id: uuid.UUID, reason: str, actor: Actor) -> Certificate:
    """Revoke a participant's valid certificate, and make sure that they get no other unless an organiser grants it.

    Raises LookupError when there is no valid certificate.
    """
    lock_events(session, [event_id])
    certificate = session.scalar(
        select(Certificate)
        .where(
            Certificate.event_id == event_id,
            Certificate.participant_id == participant_id,
            Certificate.status == VALID,
        )
        .with_for_update()
    )
    if certificate is None:
        raise LookupError(participant_id)
    certificate.fact_version = next_fact_version(session, certificate)
    certificate.status, certificate.status_at, certificate.reason = REVOKED, clock.now(), reason
    session.flush()
    publish_certificates(session, [certificate])
    number = {"number": certificate.number}
    audit.record(session, actor, "certificate.revoked", participant_id, event_id=event_id, reason=reason, before=number)
    if not certificate.withheld:
        decisions.decide(session, event_id, participant_id, DENY, reason, actor)
    return certificate
