"""What a device fetches to work offline, and the walk-ins that it sends."""

import gzip
from typing import Any

from flask import Response, abort, json, request
from flask_smorest import Blueprint

from services.checkin import access
from services.checkin.models import db
from services.checkin.roster import snapshot
from services.checkin.schemas.devices import RosterQuery
from services.checkin.schemas.walk_ins import WalkInBatchSchema, WalkInsResponse
from services.checkin.walk_ins.requests import request_registration
from shared.web.access import DEVICE, who

blueprint = Blueprint("roster", __name__, url_prefix="/checkin/api/v1", description="What a door device keeps")
_WORTH_COMPRESSING = 1000


@blueprint.get("/roster")
@who(DEVICE)
@blueprint.arguments(RosterQuery, location="query")
@blueprint.response(200, description="Roster, schedule, public keys and presence; 410 when the event is over")
def roster(wanted: dict[str, Any]) -> Any:
    """Everything, or what changed since ``since``; 304 when If-None-Match still matches."""
    door = access.door(None)
    response = Response(mimetype="application/json", headers={"Vary": "Accept-Encoding"})
    with db.transaction() as session:
        version = snapshot.version(session, door.event_id)
        response.set_etag(version)
        # Asked before the work: most polls find nothing new.
        if version in request.if_none_match:
            return response.make_conditional(request)
        try:
            found = snapshot.snapshot(session, door.event_id, wanted["since"], wanted["seen"])
        except snapshot.EventOver:
            abort(410)
    return _compressed(response, json.dumps(found).encode())


@blueprint.post("/walk-ins")
@who(DEVICE)
@blueprint.arguments(WalkInBatchSchema)
@blueprint.response(200, WalkInsResponse)
def walk_ins(batch: dict[str, Any]) -> Any:
    """Ask registration to register guests without a registration."""
    door = access.door(None)
    with db.transaction() as session:
        return {"new": request_registration(session, door, batch["device_now"], batch["walk_ins"])}


def _compressed(response: Response, body: bytes) -> Response:
    response.data = body
    if len(body) > _WORTH_COMPRESSING and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.data = gzip.compress(body, 5)
        response.headers["Content-Encoding"] = "gzip"
    return response
