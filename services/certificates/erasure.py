"""Erasing a participant: their certificate still counts, their name is removed.

The number, the signature and the standing stay, so that the holder's own credential still verifies. The name is
removed from the stored data, so the document can no longer be drawn.
"""

import uuid

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from services.certificates.models import Attendance, AuditEntry, Certificate, Decision, IssuingProblem
from shared.delivery.erasure import scrub_dead_letters
from shared.mail.queue import forget as forget_mail


def forget(session: Session, participant_id: uuid.UUID) -> None:
    """Scrub everything that certificates keeps about a participant whose tombstone has arrived."""
    scrub_dead_letters(session, str(participant_id))
    forget_mail(session, participant_id)
    rows = select(Certificate).where(Certificate.participant_id == participant_id).order_by(Certificate.id)
    for certificate in session.scalars(rows.with_for_update()):
        certificate.data = {**certificate.data, "name": None}
        certificate.withheld = True
    for model in (Attendance, Decision, IssuingProblem):
        session.execute(delete(model).where(model.participant_id == participant_id))
    scrubbed = {"reason": null(), "before": null(), "after": null()}
    session.execute(update(AuditEntry).where(AuditEntry.subject == str(participant_id)).values(scrubbed))
