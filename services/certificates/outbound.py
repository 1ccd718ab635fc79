"""What certificates publishes: the standing of each certificate."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.certificates.models import Certificate
from shared.contracts import CERTIFICATE_CHANGED
from shared.delivery.publish import publish
from shared.facts import CertificateFact


def certificate_facts(session: Session, rows: Sequence[Certificate]) -> list[CertificateFact]:
    """One fact for each of ``rows``."""
    return [
        {
            "version": row.fact_version,
            "participant_id": row.participant_id,
            "event_id": row.event_id,
            "number": row.number,
            "status": row.status,
            "verification_url": row.data["url"],
            "issued_at": row.issued_at,
        }
        for row in rows
    ]


def publish_certificates(session: Session, rows: Sequence[Certificate]) -> None:
    """Publish the standing of ``rows``, which were flushed in this transaction."""
    publish(session, CERTIFICATE_CHANGED, certificate_facts(session, rows))


def next_fact_version(session: Session, certificate: Certificate) -> int:
    """The version of the next fact about a participant's certificate: one more than the last."""
    published = select(func.max(Certificate.fact_version)).where(
        Certificate.participant_id == certificate.participant_id
    )
    return (session.scalar(published) or 0) + 1
