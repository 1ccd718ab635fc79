"""The keys with which certificates can be verified without asking us, at an address that stays."""

from typing import Any

from flask import Blueprint, jsonify

from services.certificates.credential import key_set
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
