"""Partner organisations of an event: added, renamed, with seats and a release date."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Event, Participant, Partner, SeatPool
from services.registration.outbound import publish_event, publish_participants
from services.registration.partners.allotments import resize
from services.registration.seats.pools import lock_pools
from services.registration.tickets import codes
from shared.actors import Actor


class NameTaken(ValueError):
    """The event already has a partner of this name."""


def create(session: Session, event: Event, name: str, allotment: int) -> Partner:
    """A partner of ``event`` with seats of its own, on top of the open pool, and a new invitation code."""
    partner = Partner(event_id=event.id, name=name, invite_code=codes.invite_code())
    session.add(partner)
    session.flush()
    partner.pool = SeatPool(event_id=event.id, partner_id=partner.id, size=allotment)
    session.flush()
    return partner


def add(session: Session, actor: Actor, event: Event, name: str, allotment: int) -> Partner:
    """Add a partner to ``event``, and publish the event. Raises NameTaken."""
    _refuse_taken_name(session, event, name, None)
    partner = create(session, event, name, allotment)
    session.refresh(event)
    publish_event(session, event)
    after = {"name": name, "allotment": allotment}
    audit.record(session, actor, "partner.added", partner.id, event_id=event.id, after=after)
    return partner


def change(
    session: Session, actor: Actor, partner: Partner, name: str, allotment: int, release_at: datetime | None
) -> None:
    """Change a partner's name, seats and release date. Its event is locked. Raises NameTaken, SeatsInUse."""
    event = partner.event
    session.refresh(partner, with_for_update={"of": Partner, "key_share": True})
    before = _describe(partner)
    if name != partner.name:
        # Seats of both pools go to its people, who are locked below.
        lock_pools(session, event.id, partner.id)
    resize(session, event, partner.id, allotment)
    partner.release_at = release_at
    if name != partner.name:
        _refuse_taken_name(session, event, name, partner.id)
        partner.name = name
        publish_event(session, event)
        # The name is on every ticket and list of its participants.
        publish_participants(session, _lock_participants(session, partner))
    audit.record(
        session, actor, "partner.changed", partner.id, event_id=event.id, before=before, after=_describe(partner)
    )


def _describe(partner: Partner) -> dict[str, object]:
    release_at = partner.release_at.isoformat() if partner.release_at else None
    return {"name": partner.name, "allotment": partner.pool.size, "release_at": release_at}


def _refuse_taken_name(session: Session, event: Event, name: str, but: int | None) -> None:
    # Two organisers may add the same partner at the same moment.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"partners of event {event.id}"))))
    taken = select(Partner.id).where(Partner.event_id == event.id, func.lower(Partner.name) == name.lower())
    if session.scalar(taken.where(Partner.id != but) if but else taken):
        raise NameTaken(name)


def _lock_participants(session: Session, partner: Partner) -> list[Participant]:
    theirs = select(Participant).where(Participant.partner_id == partner.id).order_by(Participant.id).with_for_update()
    return list(session.scalars(theirs.execution_options(populate_existing=True)))
