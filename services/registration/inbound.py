"""Facts from check-in and certificates, stored in registration's own tables."""

from typing import cast

from sqlalchemy.orm import Session

from services.registration.enrolment import walk_ins
from services.registration.models import Attendance, CertificateCopy
from shared.delivery.copies import keep_newest
from shared.delivery.inbox import Facts
from shared.facts import WalkInRequestFact


def store_attendance(session: Session, facts: Facts) -> None:
    """Store who was present at which agenda item."""
    keep_newest(session, Attendance, facts)


def store_certificates(session: Session, facts: Facts) -> None:
    """Store the number and status of certificates."""
    keep_newest(session, CertificateCopy, facts)


def handle_walk_ins(session: Session, facts: Facts) -> None:
    """Answer each request once. A request that arrives again was answered, and the answer is on its way."""
    # Each takes a seat: pools are locked in one order, whatever is in the batch.
    for fact in sorted(facts, key=lambda fact: fact["event_id"]):
        walk_ins.answer_once(session, cast(WalkInRequestFact, fact))
