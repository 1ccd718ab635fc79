"""Partners: their seats, their invitation links, and giving back what they do not need."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration import audit, codes, seats
from services.registration.cancelling import hand_on
from services.registration.models import Event, Participant, Partner
from services.registration.publishing import publish_event, publish_participants
from shared import clock
from shared.db import Database


class NameTaken(ValueError):
    """The event has a partner of this name."""


class SeatsInUse(ValueError):
    """More seats are taken than there would be."""


def add(session: Session, event: Event, name: str, allotment: int) -> Partner:
    """A new partner of ``event`` with its own seats and invitation. Raises NameTaken."""
    _refuse_taken_name(session, event, name, None)
    partner = seats.add_partner(session, event, name, allotment, codes.invite_code())
    session.refresh(event)
    publish_event(session, event)
    audit.record(session, "partner.added", partner.id, event.id, after={"name": name, "allotment": allotment})
    return partner


def change(
    session: Session,
    partner: Partner,
    name: str,
    allotment: int,
    release_at: datetime | None,
) -> None:
    """Change a partner's name, seats and release date. Raises NameTaken, SeatsInUse."""
    event = partner.event
    before = {"name": partner.name, "allotment": partner.pool.size, "release_at": _iso(partner.release_at)}
    _resize(session, event, partner.id, allotment)
    partner.release_at = release_at
    if name != partner.name:
        _refuse_taken_name(session, event, name, partner.id)
        partner.name = name
        publish_event(session, event)
        # The name is on every ticket and list of its people.
        publish_participants(session, event, _people(session, partner))
    after = {"name": name, "allotment": allotment, "release_at": _iso(release_at)}
    audit.record(session, "partner.changed", partner.id, event.id, before, after)


def resize_open_pool(session: Session, event: Event, size: int) -> None:
    """Change the number of open seats; who waits gets a new one at once. Raises SeatsInUse."""
    before = _resize(session, event, None, size)
    audit.record(session, "event.open-seats", event.id, event.id, {"size": before}, {"size": size})


def _resize(session: Session, event: Event, partner_id: int | None, size: int) -> int:
    pool = seats.lock_pool(session, event.id, partner_id)
    before = pool.size
    if size < pool.taken:
        raise SeatsInUse(pool.taken)
    pool.size = size
    session.flush()
    if size > before:
        hand_on(session, event, pool.id)
    return before


def rotate_invitation(session: Session, partner: Partner) -> None:
    """Give the partner a new invitation link; the old one stops working."""
    partner.invite_code = codes.invite_code()
    audit.record(session, "partner.invitation-rotated", partner.id, partner.event_id)


def limit_invitation(session: Session, partner: Partner, expires_at: datetime | None, uses: int | None) -> None:
    """Until when, and by how many more people, the invitation may be used; None: without limit."""
    partner.invite_expires_at = expires_at
    partner.invite_uses_left = uses
    after = {"expires_at": _iso(expires_at), "uses_left": uses}
    audit.record(session, "partner.invitation-limited", partner.id, partner.event_id, after=after)


def release_unused(session: Session, partner: Partner) -> int:
    """Give the partner's free seats to the open pool, where whoever waits gets them; how many there were."""
    own = seats.lock_pool(session, partner.event_id, partner.id)
    common = seats.lock_pool(session, partner.event_id, None)
    released = own.free
    own.size -= released
    common.size += released
    partner.release_at = None
    session.flush()
    audit.record(session, "partner.seats-released", partner.id, partner.event_id, after={"seats": released})
    hand_on(session, partner.event, common.id)
    return released


def release_due(db: Database) -> None:
    """Release the seats of every partner whose date has come."""
    with db.transaction() as session:
        due = session.scalars(select(Partner.id).where(Partner.release_at <= clock.now()).order_by(Partner.id)).all()
    for partner_id in due:
        with db.transaction() as session:
            partner = session.get(Partner, partner_id, with_for_update={"of": Partner})
            if partner is not None and partner.release_at is not None and partner.release_at <= clock.now():
                release_unused(session, partner)


def _refuse_taken_name(session: Session, event: Event, name: str, but: int | None) -> None:
    taken = select(Partner.id).where(Partner.event_id == event.id, func.lower(Partner.name) == name.lower())
    if session.scalar(taken.where(Partner.id != but) if but else taken):
        raise NameTaken(name)


def _people(session: Session, partner: Partner) -> list[Participant]:
    return list(session.scalars(select(Participant).where(Participant.partner_id == partner.id).with_for_update()))


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
