"""Published events as JSON."""

from typing import Any

from flask_smorest import Blueprint

from services.registration.access import public_event
from services.registration.api._answers import event_answer
from services.registration.events import lookup
from services.registration.models import db
from services.registration.schemas.events import EventResponse, EventsQuery, EventsResponse
from shared.web.access import PUBLIC, who
from shared.web.openapi import problem_response

blueprint = Blueprint("events", __name__, url_prefix="/api/v1/events", description="Events that everybody may see")


@blueprint.get("/")
@blueprint.arguments(EventsQuery, location="query")
@blueprint.response(200, EventsResponse)
@who(PUBLIC)
def listed(paging: dict[str, Any]) -> Any:
    """Public events in the order in which they were created."""
    with db.transaction() as session:
        rows = lookup.public_page(session, paging["after"], paging["limit"])
        full = len(rows) == paging["limit"]
        return {
            "events": [event_answer(session, row) for row in rows],
            "next": str(rows[-1].id) if full else None,
        }


@blueprint.get("/<slug>")
@blueprint.response(200, EventResponse)
@problem_response(blueprint, 404, "No such public event")
@who(PUBLIC)
def one(slug: str) -> Any:
    """One public event with its agenda and consent text."""
    with db.transaction() as session:
        return event_answer(session, public_event(session, slug))
