"""The filter of the list of participants, as it stands in addresses."""

from typing import Any

from flask import request
from marshmallow import EXCLUDE, ValidationError

from services.registration.schemas.participants import ParticipantsQuery


def requested() -> dict[str, Any]:
    """The filter in this request's address; an invalid value counts as empty."""
    schema = ParticipantsQuery(unknown=EXCLUDE)
    given = {name: value for name, value in request.args.items() if value != ""}
    try:
        return dict(schema.load(given))
    except ValidationError as error:
        good = {name: value for name, value in given.items() if name not in error.messages_dict}
        return dict(schema.load(good))


def in_address(wanted: dict[str, Any]) -> dict[str, Any]:
    """The parts of a filter that are set, for the address of another page with the same filter."""
    return {name: value for name, value in wanted.items() if value not in ("", None)}
