"""Scans and pairing: what a door device speaks."""

from typing import Any

from flask import abort, g
from flask_babel import gettext as _
from flask_smorest import Blueprint

from services.checkin import callers, devices, scanning, sentences
from services.checkin.models import db
from services.checkin.schemas import BatchSchema, PairedSchema, PairingSchema, ResultsSchema
from shared.web.access import DEVICE, ORGANISER, PUBLIC, who
from shared.web.limits import limiter

blueprint = Blueprint(
    "scans", __name__, url_prefix="/checkin/api/v1", description="Scanning at the door and pairing devices"
)


@blueprint.post("/scans")
@who(DEVICE, ORGANISER)
@blueprint.arguments(BatchSchema)
@blueprint.response(200, ResultsSchema)
def take_scans(batch: dict[str, Any]) -> Any:
    """Judge 1 to 500 scans. A scan_id that came before gets its first answer again."""
    door = callers.door(batch["event_id"])
    with db.transaction() as session:
        try:
            taken = scanning.take_scans(session, door, batch["device_now"], batch["scans"])
        except scanning.UnknownEvent:
            abort(404)
    return {"results": [sentences.result(*answer[:2], taken.schedule, answer.repeated) for answer in taken.answers]}


@blueprint.post("/pair")
@who(PUBLIC)
@limiter.limit("30 per minute")
@blueprint.arguments(PairingSchema)
@blueprint.response(200, PairedSchema)
def pair(request: dict[str, Any]) -> Any:
    """Exchange a one-time pairing code for the device's token."""
    with db.transaction() as session:
        paired = devices.pair(session, request["code"])
        if paired is None:
            abort(403, _("Kode pemasangan ini salah, sudah dipakai, atau habis waktunya. Buat kode baru di konsol."))
        if request.get("name"):
            paired.device.name = request["name"]
        device = paired.device
    return {"token": paired.token, "device_id": device.id, "event_id": device.event_id, "name": device.name}


@blueprint.get("/me")
@who(DEVICE)
def me() -> Any:
    """Which event the device belongs to; 401 tells it that it was revoked."""
    door = callers.door(None)
    return {"event_id": door.event_id, "device_id": str(door.device_id), "name": g.principal.name}
