"""Published events as JSON."""

from typing import Any

from flask import abort
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.registration import answers, events
from services.registration.models import Event, db
from services.registration.schemas import EventOut, EventsPage
from shared import clock
from shared.web.access import PUBLIC, who
from shared.web.openapi import problem_response

blueprint = Blueprint("events", __name__, url_prefix="/api/v1/events", description="Events that everybody may see")


class Paging(Schema):
    """Where to go on, and how much to answer."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**32), metadata={"description": "next"})
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


@blueprint.get("/")
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, EventsPage)
@who(PUBLIC)
def listed(paging: dict[str, Any]) -> Any:
    """Public events in the order in which they were made."""
    with db.transaction() as session:
        rows = events.public_page(session, paging["after"], paging["limit"])
        full = len(rows) == paging["limit"]
        return {
            "events": [event_out(session, row) for row in rows],
            "next": str(rows[-1].id) if full else None,
        }


@blueprint.get("/<slug>")
@blueprint.response(200, EventOut)
@problem_response(blueprint, 404, "No such public event")
@who(PUBLIC)
def one(slug: str) -> Any:
    """One public event with its agenda and consent text."""
    with db.transaction() as session:
        return event_out(session, find(session, slug))


def find(session: Session, slug: str) -> Event:
    """The public event with this slug, or 404."""
    event = events.public_event(session, slug)
    if event is None:
        abort(404)
    return event


def event_out(session: Session, event: Event) -> dict[str, Any]:
    """The event as EventOut dumps it."""
    consent = events.consent_text(session, event)
    plain = ("id", "slug", "title", "title_en", "description", "description_en", "organiser", "venue", "timezone")
    return {
        **{name: getattr(event, name) for name in (*plain, "starts_at", "ends_at", "status")},
        "sessions": list(event.sessions),
        "questions": answers.asked(event.questions),
        "takes_signups": event.takes_signups(clock.now()),
        "seats_free": events.open_pool(session, event.id).free,
        "consent_text": consent.text,
        "consent_text_en": consent.text_en,
    }
