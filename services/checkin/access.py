"""From the request to the caller, and to the rows that this caller may see. These functions abort with 403 or 404."""

from uuid import UUID

from flask import abort, g, request
from sqlalchemy.orm import Session

from services.checkin.devices import tokens
from services.checkin.models import Event, RosterEntry, db
from services.checkin.queries import events
from services.checkin.roster import entries
from services.checkin.scanning.scans import Door
from shared.actors import DEVICE as DEVICE_ACTOR
from shared.actors import STAFF, Actor
from shared.web.access import DEVICE, ORGANISER, Principal, must


def authenticate() -> Principal | None:
    """The device whose token came as ``Authorization: Bearer``, if any."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(tokens.TOKEN_PREFIX):
        return None
    with db.transaction() as session:
        device = tokens.find(session, token)
        if device:
            tokens.mark_seen(device)
    if device is None:
        return None
    return Principal(str(Actor(DEVICE_ACTOR, str(device.id))), device.name, (f"{DEVICE}:{device.event_id}",))


def door(event_id: int | None) -> Door:
    """The door of this request: a device's own event, or the event that an organiser names. Aborts with 403."""
    principal: Principal = g.principal
    if principal.has_role(DEVICE):
        own = int(principal.scopes[0].partition(":")[2])
        must(event_id in (None, own))
        device = Actor.parse(principal.id)
        return Door(own, Actor(device.kind, device.id, principal.name), UUID(device.id))
    must(event_id is not None and principal.may(ORGANISER, event_id))
    assert event_id is not None
    return Door(event_id, Actor(STAFF, principal.id, principal.name))


def staff(event_id: int) -> Actor:
    """The signed-in organiser of an event. Aborts with 403 for everybody else."""
    must(g.principal.may(ORGANISER, event_id))
    return Actor(STAFF, g.principal.id, g.principal.name)


def console_event(session: Session, event_id: int) -> Event:
    """The event of a console page. Aborts with 403 or 404."""
    staff(event_id)
    found = events.find(session, event_id)
    return found if found is not None else abort(404)


def console_events(session: Session) -> list[Event]:
    """The events that the signed-in organiser may see, newest first."""
    return [event for event in events.listed(session) if g.principal.may(ORGANISER, event.event_id)]


def console_person(session: Session, event_id: int, participant_id: UUID) -> RosterEntry:
    """The person of a console page. Aborts with 403 or 404."""
    staff(event_id)
    found = entries.find(session, event_id, participant_id)
    return found if found is not None else abort(404)
