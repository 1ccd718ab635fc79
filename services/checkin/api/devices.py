"""Pairing a device, and what it may know about itself."""

from typing import Any

from flask import abort, g
from flask_babel import gettext as _
from flask_smorest import Blueprint

from services.checkin import access
from services.checkin.devices import pairing
from services.checkin.models import db
from services.checkin.schemas.devices import PairingResponse, PairingSchema
from shared.web.access import DEVICE, PUBLIC, who
from shared.web.limits import limiter

blueprint = Blueprint("pairing", __name__, url_prefix="/checkin/api/v1", description="Pairing devices")


@blueprint.post("/pair")
@who(PUBLIC)
@limiter.limit("30 per minute")
@blueprint.arguments(PairingSchema)
@blueprint.response(200, PairingResponse)
def pair(request: dict[str, Any]) -> Any:
    """Exchange a one-time pairing code for the device's token."""
    with db.transaction() as session:
        paired = pairing.pair(session, request["code"], request.get("name"))
        if paired is None:
            abort(403, _("Kode pemasangan ini salah, sudah dipakai, atau habis waktunya. Buat kode baru di konsol."))
        device = paired.device
    return {"token": paired.token, "device_id": device.id, "event_id": device.event_id, "name": device.name}


@blueprint.get("/me")
@who(DEVICE)
def me() -> Any:
    """The device's event; 401 means that the device was revoked."""
    door = access.door(None)
    return {"event_id": door.event_id, "device_id": str(door.device_id), "name": g.principal.name}
