"""What console pages share: finding rows, and whether the caller may see them."""

from typing import Any
from uuid import UUID

from flask import abort, g
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from services.registration.models import Event, Participant, Partner
from shared import settings
from shared.web.access import COORDINATOR, ORGANISER, must

LARGEST_ID = 2**31 - 1


def console_event(session: Session, event_id: int) -> Event:
    """The event with its partners and agenda; 404 when there is none, 403 when it is not the caller's."""
    must(g.principal.may(ORGANISER, event_id))
    options = [selectinload(Event.partners).joinedload(Partner.pool), selectinload(Event.sessions)]
    found = session.get(Event, event_id, options=options) if event_id <= LARGEST_ID else None
    if found is None:
        abort(404)
    return found


def console_partner(session: Session, partner_id: int) -> Partner:
    """The partner with its event; 404 when there is none, 403 when the caller is neither organiser nor coordinator."""
    options = [selectinload(Partner.event)]
    found = session.get(Partner, partner_id, options=options) if partner_id <= LARGEST_ID else None
    if found is None:
        abort(404)
    principal = g.principal
    must(principal.may(ORGANISER, found.event_id) or principal.may(COORDINATOR, found.event_id, found.id))
    return found


def person_of(session: Session, participant_id: UUID, **where: Any) -> Participant:
    """A participant, with the partner, who fits ``where`` (ids of event or partner); 404 otherwise, and when erased."""
    found = select(Participant).filter_by(id=participant_id, erased_at=None, **where)
    person = session.scalar(found.options(joinedload(Participant.partner)))
    if person is None:
        abort(404)
    return person


def invite_link(event: Event, partner: Partner) -> str:
    """The address that a partner gives to its people."""
    return settings.public_url(f"/e/{event.slug}?invite={partner.invite_code}")
