"""What programs need to verify certificates and badges without asking about one of them, at permanent addresses."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify

from services.certificates.models import db
from services.certificates.signing.published_keys import key_set
from services.certificates.verification import badges, status_lists
from shared.keys import signing_key
from shared.web.access import PUBLIC, who

blueprint = Blueprint("well_known", __name__, url_prefix="/certificates/.well-known")


@blueprint.get("/jwks.json")
@who(PUBLIC)
def keys() -> Any:
    """Public keys as a JWK set: the current one, and earlier ones whose certificates still verify."""
    response = jsonify(key_set())
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/status/<int:number>")
@who(PUBLIC)
def status_list(number: int) -> Response:
    """Which badges are no longer valid: one list of many places, signed."""
    try:
        with db.transaction() as session:
            content = status_lists.status_list(session, number)
    except status_lists.NoSuchList:
        abort(404)
    token = badges.signed(content, signing_key("HADIR_CERTIFICATE_PRIVATE_KEY"))
    response = Response(token, mimetype="application/vc+jwt")
    # Short, so that a revocation is soon known.
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
