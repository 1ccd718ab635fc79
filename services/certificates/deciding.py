"""What organisers decide about single people: exceptions from the policy, and revocations; always with a reason."""

import uuid

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.certificates.messages import next_fact_version, publish_certificates
from services.certificates.models import REVOKED, VALID, Certificate, Decision, Event, Person
from shared import clock


class NotValid(ValueError):
    """The certificate is not valid (any more), so there is nothing to revoke."""


def decide(session: Session, event_id: int, participant_id: uuid.UUID, kind: str | None, reason: str, by: str) -> None:
    """Grant or deny a person their certificate against the policy, or (``kind`` None) let the policy decide again.

    Who is due is looked at again; a certificate that is out is not touched. Raises LookupError for a stranger.
    """
    _person(session, event_id, participant_id)
    if kind is None:
        session.execute(delete(Decision).where(Decision.participant_id == participant_id))
    else:
        row = {
            "participant_id": participant_id,
            "event_id": event_id,
            "kind": kind,
            "reason": reason,
            "decided_by": by,
            "decided_at": clock.now(),
        }
        statement = insert(Decision).values(row)
        session.execute(statement.on_conflict_do_update(index_elements=["participant_id"], set_=row))
    event = session.get(Event, event_id, with_for_update=True)
    if event is not None:
        event.evaluate_at = event.issue_at


def revoke(session: Session, certificate_id: uuid.UUID, reason: str, by: str) -> Certificate:
    """Revoke a valid certificate, and see that the person gets none again unless an organiser grants it.

    Raises LookupError when it is not there and NotValid when it is replaced or revoked already.
    """
    certificate = session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None:
        raise LookupError(certificate_id)
    if certificate.status != VALID:
        raise NotValid(certificate.status)
    certificate.fact_version = next_fact_version(session, certificate)
    certificate.status, certificate.status_at, certificate.reason = REVOKED, clock.now(), reason
    session.flush()
    publish_certificates(session, [certificate])
    if not certificate.withheld:
        decide(session, certificate.event_id, certificate.participant_id, "deny", reason, by)
    return certificate


def _person(session: Session, event_id: int, participant_id: uuid.UUID) -> Person:
    person = session.get(Person, participant_id)
    if person is None or person.event_id != event_id or person.erased:
        raise LookupError(participant_id)
    return person
