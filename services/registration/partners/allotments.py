"""How many seats a partner and the open pool have, and the release of seats that a partner does not need."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Event, Partner
from services.registration.seats import pools, waiting_list
from shared import clock
from shared.actors import SYSTEM_ACTOR, Actor


class SeatsInUse(ValueError):
    """More seats are taken (the first argument) than there would be."""


def resize_open_pool(session: Session, actor: Actor, event: Event, size: int) -> None:
    """Change the number of open seats; new seats go to the waiting list at once. Raises SeatsInUse."""
    before = resize(session, event, None, size)
    audit.record(
        session,
        actor,
        "event.open-seats",
        event.id,
        event_id=event.id,
        before={"size": before},
        after={"size": size},
    )


def resize(session: Session, event: Event, partner_id: int | None, size: int) -> int:
    """Set the size of a partner's pool or (None) the open pool; returns the size before. Raises SeatsInUse."""
    pool = pools.lock_pool(session, event.id, partner_id)
    before = pool.size
    if size < pool.taken:
        raise SeatsInUse(pool.taken)
    pool.size = size
    session.flush()
    if size > before:
        waiting_list.serve(session, event, pool.id)
    return before


def release_unused(session: Session, actor: Actor, partner: Partner) -> int:
    """Move the partner's free seats to the open pool, from which the waiting list is served; returns how many."""
    session.refresh(partner, with_for_update={"of": Partner, "key_share": True})
    own = pools.lock_pool(session, partner.event_id, partner.id)
    common = pools.lock_pool(session, partner.event_id, None)
    released = own.free
    own.size -= released
    common.size += released
    partner.release_at = None
    session.flush()
    after = {"seats": released}
    audit.record(session, actor, "partner.seats-released", partner.id, event_id=partner.event_id, after=after)
    waiting_list.serve(session, partner.event, common.id)
    return released


def due_for_release(session: Session) -> Sequence[int]:
    """Ids of the partners whose release date has come (business time)."""
    return session.scalars(select(Partner.id).where(Partner.release_at <= clock.now()).order_by(Partner.id)).all()


def release_when_due(session: Session, partner_id: int) -> None:
    """Release the unused seats of a partner, unless its date was moved meanwhile."""
    partner = session.get(Partner, partner_id, with_for_update={"of": Partner, "key_share": True})
    if partner is not None and partner.release_at is not None and partner.release_at <= clock.now():
        release_unused(session, SYSTEM_ACTOR, partner)
