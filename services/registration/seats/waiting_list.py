"""The waiting list: free seats go to the first in line, who gets an e-mail."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.registration.mail.requests import ask_for_ticket_mail
from services.registration.models import Event, Participant, SeatPool
from services.registration.models.participants import CONFIRMED, WAITLISTED
from services.registration.outbound import publish_participants
from services.registration.seats.pools import lock_pool
from shared import clock


def serve(session: Session, event: Event, pool_id: int) -> list[Participant]:
    """Give a pool's free seats to the first in line, publish those participants and send them their tickets."""
    pool = session.get(SeatPool, pool_id, with_for_update=True, populate_existing=True)
    assert pool is not None
    served = _seat_first_in_line(session, event, pool)
    if served:
        publish_participants(session, served)
        for person in served:
            ask_for_ticket_mail(session, person)
    return served


def serve_pool_of(session: Session, event_id: int, partner_id: int | None) -> None:
    """As ``serve``, for the pool of a partner or (None) the open pool of an event."""
    event = session.get(Event, event_id)
    assert event is not None
    serve(session, event, lock_pool(session, event_id, partner_id).id)


def pools_with_people_waiting(session: Session) -> list[tuple[int, int | None]]:
    """(event id, partner id) of pools that have a free seat while somebody waits for it; normally none."""
    waits = (
        select(Participant.id)
        .where(
            Participant.event_id == SeatPool.event_id,
            Participant.status == WAITLISTED,
            or_(SeatPool.partner_id.is_(None), Participant.partner_id == SeatPool.partner_id),
        )
        .exists()
    )
    rows = session.execute(select(SeatPool.event_id, SeatPool.partner_id).where(SeatPool.taken < SeatPool.size, waits))
    return [(event_id, partner_id) for event_id, partner_id in rows]


def _seat_first_in_line(session: Session, event: Event, pool: SeatPool) -> list[Participant]:
    """Give the free seats of ``pool`` (locked) to the first in line; returns those who got one, locked and changed.

    A partner's seats go to the partner's own people.
    """
    served: list[Participant] = []
    while pool.free > 0:
        person = _first_in_line(session, pool)
        if person is None:
            break
        pool.taken += 1
        person.pool_id = pool.id
        person.status = CONFIRMED
        person.status_at = clock.now()
        person.offer_ends_at = _offer_end(event)
        session.flush()
        served.append(person)
    return served


def _first_in_line(session: Session, pool: SeatPool) -> Participant | None:
    waiting = [Participant.event_id == pool.event_id, Participant.status == WAITLISTED]
    if pool.partner_id is not None:
        waiting.append(Participant.partner_id == pool.partner_id)
    in_order = select(Participant.id).where(*waiting).order_by(Participant.created_at, Participant.id)
    while (first := session.scalar(in_order.limit(1))) is not None:
        person = session.get(Participant, first, with_for_update=True, populate_existing=True)
        # Skip a person who left the line while we waited for the row's lock.
        if person is not None and person.status == WAITLISTED:
            return person
    return None


def _offer_end(event: Event) -> datetime | None:
    return clock.now() + timedelta(hours=event.offer_hours) if event.offer_hours else None
