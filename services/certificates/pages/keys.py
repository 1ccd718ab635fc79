"""What programs need to verify certificates and badges without asking us about one of them, at addresses that stay."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify

from services.certificates import badges, status_lists
from services.certificates.credential import key_set
from services.certificates.models import db
from shared.keys import signing_key
from shared.web.access import PUBLIC, who

well_known = Blueprint("well_known", __name__, url_prefix="/certificates/.well-known")


@well_known.get("/jwks.json")
@who(PUBLIC)
def keys() -> Any:
    """Public keys as a JWK set: the one that signs today, and earlier ones whose certificates still verify."""
    response = jsonify(key_set())
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@well_known.get("/status/<int:number>")
@who(PUBLIC)
def status_list(number: int) -> Response:
    """Which badges do not hold any more: one list of many places, signed."""
    try:
        with db.transaction() as session:
            content = status_lists.listing(session, number)
    except status_lists.NoSuchList:
        abort(404)
    token = badges.signed(content, signing_key("HADIR_CERTIFICATE_PRIVATE_KEY"))
    response = Response(token, mimetype="application/vc+jwt")
    # Short: who was told that a badge holds shall not be wrong for long.
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
