"""The waiting list, as far as time moves it: seats found free, and offers that nobody confirmed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit, seats
from services.registration.cancelling import cancel, hand_on, lock_participant
from services.registration.models import Event, Participant
from services.registration.models.participants import CONFIRMED
from shared import clock
from shared.db import Database


def confirm(session: Session, participant_id: object) -> None:
    """Keep a seat that was offered from the waiting list. Confirming again, or too late, changes nothing."""
    person = lock_participant(session, participant_id)
    if person.offer_ends_at is not None and clock.now() < person.offer_ends_at:
        person.offer_ends_at = None


def expire_offers(db: Database) -> None:
    """Cancel seats that were offered and not confirmed in time; they go to the next in line."""
    over = (Participant.offer_ends_at <= clock.now(), Participant.status == CONFIRMED)
    with db.transaction() as session:
        due = session.scalars(select(Participant.id).where(*over).order_by(Participant.id)).all()
    for participant_id in due:
        with db.transaction() as session:
            person = lock_participant(session, participant_id)
            if person.offer_ends_at is None or person.offer_ends_at > clock.now():
                continue
            cancel(session, person.event, person.id, by_holder=False)
            audit.record(session, "participant.offer-expired", person.id, person.event_id)


def serve_all(db: Database) -> None:
    """Hand out every free seat that somebody waits for.

    Seats are handed on when they are freed; this finds what was freed otherwise (a larger pool, a released one).
    """
    with db.transaction() as session:
        pools = seats.pools_with_people_waiting(session)
    for event_id, partner_id in pools:
        with db.transaction() as session:
            event = session.get(Event, event_id)
            assert event is not None
            hand_on(session, event, seats.lock_pool(session, event_id, partner_id).id)
