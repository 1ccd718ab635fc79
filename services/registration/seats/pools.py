"""Seats are taken and given back under the row lock of their pool.

A pool's row is locked before its numbers are read, even if it then turns out to be full: a transaction that gives a
seat back afterwards sees that person on the waiting list. A partner's pool is always locked before the open pool.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import Participant, SeatPool


def lock_pool(session: Session, event_id: int, partner_id: int | None) -> SeatPool:
    """The pool of a partner, or (None) the open pool of the event, locked until the transaction ends."""
    owner = SeatPool.partner_id.is_(None) if partner_id is None else SeatPool.partner_id == partner_id
    return session.scalars(
        select(SeatPool)
        .where(SeatPool.event_id == event_id, owner)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def lock_pools(session: Session, event_id: int, partner_id: int | None) -> None:
    """Lock every pool in which somebody of this partner (None: of no partner) may have a seat."""
    for owner in (partner_id, None) if partner_id is not None else (None,):
        lock_pool(session, event_id, owner)


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
    """Free the seat of ``participant`` (locked, with its pool before it), if there is one.

    Nothing is flushed: the caller sets the status that goes with having no seat, then serves the waiting list.
    """
    if participant.pool_id is None:
        return
    pool = session.get(SeatPool, participant.pool_id, with_for_update=True, populate_existing=True)
    assert pool is not None
    pool.taken -= 1
    participant.pool_id = None


def open_pool(session: Session, event_id: int) -> SeatPool:
    """The open pool as it is now, without a lock: for display only."""
    return session.scalars(select(SeatPool).where(SeatPool.event_id == event_id, SeatPool.partner_id.is_(None))).one()
