"""Scans from devices and from organisers' programs."""

from typing import Any

from flask import abort
from flask_smorest import Blueprint

from services.checkin import access
from services.checkin.models import db
from services.checkin.scanning import scans
from services.checkin.schemas.scans import ScanBatchSchema, ScansResponse
from services.checkin.words.results import result
from shared.web.access import DEVICE, ORGANISER, who

blueprint = Blueprint("scans", __name__, url_prefix="/checkin/api/v1", description="Scanning at the door")


@blueprint.post("/scans")
@who(DEVICE, ORGANISER)
@blueprint.arguments(ScanBatchSchema)
@blueprint.response(200, ScansResponse)
def take_scans(batch: dict[str, Any]) -> Any:
    """Judge 1 to 500 scans. A repeated scan_id gets its first answer again."""
    door = access.door(batch["event_id"])
    with db.transaction() as session:
        try:
            taken = scans.take_scans(session, door, batch["device_now"], batch["scans"])
        except scans.UnknownEvent:
            abort(404)
    return {"results": [result(answer, taken.schedule) for answer in taken.answers]}
