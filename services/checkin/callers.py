"""Who is calling: a door device by its own token, or a person by the sign-in that services share."""

from uuid import UUID

from flask import g, request

from services.checkin import devices
from services.checkin.models import db
from services.checkin.scanning import Door
from shared.web.access import DEVICE, ORGANISER, Principal, must

_PREFIX = f"{DEVICE}:"


def authenticate() -> Principal | None:
    """The door device whose token came as ``Authorization: Bearer``, if any."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(devices.TOKEN_PREFIX):
        return None
    with db.transaction() as session:
        device = devices.find(session, token)
        if device:
            devices.saw(session, device)
    return Principal(f"{_PREFIX}{device.id}", device.name, (f"{DEVICE}:{device.event_id}",)) if device else None


def door(event_id: int | None) -> Door:
    """The door of this request: a device's own event, or the event that an organiser names. Aborts with 403."""
    principal: Principal = g.principal
    if principal.id.startswith(_PREFIX):
        own = int(principal.scopes[0].removeprefix(_PREFIX))
        must(event_id in (None, own))
        return Door(own, principal.id, UUID(principal.id.removeprefix(_PREFIX)))
    must(event_id is not None and principal.may(ORGANISER, event_id))
    assert event_id is not None
    return Door(event_id, f"staff:{principal.id}")


def staff(event_id: int) -> str:
    """The signed-in organiser of ``event_id`` as an actor. Aborts with 403."""
    must(g.principal.may(ORGANISER, event_id))
    return f"staff:{g.principal.id}"
