"""Seats: taken and given back under the pool's row lock, and handed to the waiting list in its order.

A pool's row is locked before its numbers are read, also by somebody who then finds it full: whoever gives a seat
back afterwards sees that person on the waiting list. A partner's pool is locked before the open pool, everywhere.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.registration.models import Event, Participant, Partner, SeatPool
from services.registration.models.participants import CONFIRMED, WAITLISTED
from shared import clock


def lock_pool(session: Session, event_id: int, partner_id: int | None) -> SeatPool:
    """The pool of a partner, or (None) the open pool of the event, locked until the transaction ends."""
    owner = SeatPool.partner_id.is_(None) if partner_id is None else SeatPool.partner_id == partner_id
    return session.scalars(
        select(SeatPool)
        .where(SeatPool.event_id == event_id, owner)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def take(session: Session, event_id: int, partner_id: int | None) -> SeatPool | None:
    """Take a seat of the partner, else of the open pool; the pool it came from, or None when both are full."""
    for owner in (partner_id, None) if partner_id is not None else (None,):
        pool = lock_pool(session, event_id, owner)
        if pool.free > 0:
            pool.taken += 1
            session.flush()
            return pool
    return None


def take_many(session: Session, event_id: int, partner_id: int, count: int) -> list[SeatPool | None]:
    """Take up to ``count`` seats of the partner and then of the open pool; None for each that is missing."""
    given: list[SeatPool | None] = []
    for owner in (partner_id, None):
        pool = lock_pool(session, event_id, owner)
        taken = min(pool.free, count - len(given))
        pool.taken += taken
        given += [pool] * taken
    session.flush()
    return [*given, *[None] * (count - len(given))]


def give_back(session: Session, participant: Participant) -> None:
    """Free the seat of ``participant`` (locked), if there is one.

    Nothing is flushed: the caller sets the status that goes with having no seat, and calls serve_waiting afterwards.
    """
    if participant.pool_id is None:
        return
    pool = session.get(SeatPool, participant.pool_id, with_for_update=True, populate_existing=True)
    assert pool is not None
    pool.taken -= 1
    participant.pool_id = None


def serve_waiting(session: Session, event: Event, pool: SeatPool) -> list[Participant]:
    """Give the free seats of ``pool`` (locked) to the first in line; those who got one, locked and changed.

    A partner's seats go to the partner's own people. The caller publishes and mails.
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
        # Somebody who left the line while we waited for the row's lock is passed over.
        if person is not None and person.status == WAITLISTED:
            return person
    return None


def _offer_end(event: Event) -> datetime | None:
    return clock.now() + timedelta(hours=event.offer_hours) if event.offer_hours else None


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


def add_partner(session: Session, event: Event, name: str, allotment: int, invite_code: str) -> Partner:
    """A partner of ``event`` with seats of its own, on top of the open pool."""
    partner = Partner(event_id=event.id, name=name, invite_code=invite_code)
    session.add(partner)
    session.flush()
    partner.pool = SeatPool(event_id=event.id, partner_id=partner.id, size=allotment)
    session.flush()
    return partner
