"""Forgetting a person: what they earned stays countable, their name does not.

The number, the signature and the standing are kept, so that the holder's own credential still verifies; the name is
taken from the stored data, and with it the means to draw the document again.
"""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.certificates.models import Attendance, Certificate, Decision, Obstacle
from shared.delivery.erasure import scrub_delivery
from shared.mail.queue import forget as forget_mail


def forget(session: Session, participant_id: uuid.UUID) -> None:
    """Scrub everything that certificates keeps about a person whose tombstone has come."""
    scrub_delivery(session, str(participant_id))
    forget_mail(session, participant_id)
    for model in (Attendance, Decision, Obstacle):
        session.execute(delete(model).where(model.participant_id == participant_id))
    rows = select(Certificate).where(Certificate.participant_id == participant_id).with_for_update()
    for certificate in session.scalars(rows):
        certificate.data = {**certificate.data, "name": None}
        certificate.withheld = True
