"""Seats that are offered from the waiting list and must be confirmed in time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.enrolment.cancelling import cancel
from services.registration.enrolment.locking import lock_participant, lock_with_seat
from services.registration.models import Participant
from services.registration.models.participants import CONFIRMED
from shared import clock
from shared.actors import SYSTEM_ACTOR


def confirm(session: Session, participant_id: object) -> None:
    """Keep a seat that was offered from the waiting list. Confirming again, or too late, changes nothing."""
    person = lock_participant(session, participant_id)
    if person.offer_ends_at is not None and clock.now() < person.offer_ends_at:
        person.offer_ends_at = None


def expired(session: Session) -> Sequence[UUID]:
    """Ids of participants whose offer was not confirmed in time."""
    over = (Participant.offer_ends_at <= clock.now(), Participant.status == CONFIRMED)
    return session.scalars(select(Participant.id).where(*over).order_by(Participant.id)).all()


def expire(session: Session, participant_id: UUID) -> None:
    """Cancel a seat whose offer has expired; it goes to the next in line."""
    person = lock_with_seat(session, participant_id)
    if person.offer_ends_at is None or person.offer_ends_at > clock.now():
        return
    cancel(session, person.event, person.id, by_holder=False)
    audit.record(session, SYSTEM_ACTOR, "participant.offer-expired", person.id, event_id=person.event_id)
