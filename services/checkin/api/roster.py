"""What a device fetches to work by itself, and the walk-ins that it brings."""

import gzip
from datetime import datetime
from typing import Any

from flask import Response, abort, json, request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate

from services.checkin import callers, onboard, walkins
from services.checkin.models import db
from services.checkin.scanning import corrected
from services.checkin.schemas import WalkInsSchema
from shared import clock
from shared.fields import Instant
from shared.web.access import DEVICE, who

blueprint = Blueprint("roster", __name__, url_prefix="/checkin/api/v1", description="What a door device keeps")
_WORTH_COMPRESSING = 1000


class SinceSchema(Schema):
    """Where the device stands; nothing means that it has nothing."""

    class Meta:
        unknown = EXCLUDE

    since = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**62))
    seen = Instant(load_default=None)


class AskedSchema(Schema):
    """How many of the walk-ins were new."""

    new = fields.Integer(required=True)


@blueprint.get("/roster")
@who(DEVICE)
@blueprint.arguments(SinceSchema, location="query")
@blueprint.response(200, description="Roster, schedule, public keys and presence; 410 when the event is over")
def roster(wanted: dict[str, Any]) -> Any:
    """Everything, or what changed since ``since``; with If-None-Match 304 when nothing did."""
    door = callers.door(None)
    with db.transaction() as session:
        etag = onboard.stamp(session, door.event_id)
        if request.if_none_match.contains(etag):
            return Response(status=304, headers={"ETag": f'"{etag}"'})
        try:
            parcel = onboard.parcel(session, door.event_id, wanted["since"], wanted["seen"])
        except onboard.EventOver:
            abort(410)
    return _packed(parcel, etag)


@blueprint.post("/walk-ins")
@who(DEVICE)
@blueprint.arguments(WalkInsSchema)
@blueprint.response(200, AskedSchema)
def walk_ins(batch: dict[str, Any]) -> Any:
    """Ask registration for people who came without a registration."""
    door = callers.door(None)
    received_at: datetime = clock.now()
    requests = []
    for each in batch["walk_ins"]:
        each["consent_at"] = corrected(each["consent_at"], batch["device_now"], received_at)
        requests.append(walkins.WalkInRequest(**each))
    with db.transaction() as session:
        return {"new": walkins.ask(session, door.event_id, door.actor, requests)}


def _packed(parcel: dict[str, Any], etag: str) -> Response:
    body = json.dumps(parcel).encode()
    response = Response(body, mimetype="application/json", headers={"ETag": f'"{etag}"', "Vary": "Accept-Encoding"})
    if len(body) > _WORTH_COMPRESSING and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.data = gzip.compress(body, 5)
        response.headers["Content-Encoding"] = "gzip"
    return response
