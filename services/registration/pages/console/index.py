"""The first page after signing in."""

from flask import Blueprint, g, render_template

from services.registration import words
from services.registration.events import lookup
from services.registration.models import db
from shared.web.access import COORDINATOR, ORGANISER, who

blueprint = Blueprint("console", __name__, url_prefix="/console")


@blueprint.get("/")
@who(ORGANISER, COORDINATOR)
def index() -> str:
    """The caller's events and partners."""
    principal = g.principal
    with db.transaction() as session:
        events = [event for event in lookup.for_console(session) if principal.may(ORGANISER, event.id)]
        partners = [
            partner for partner in lookup.partners(session) if principal.may(COORDINATOR, partner.event_id, partner.id)
        ]
        return render_template("console/index.html", events=events, partners=partners, words=words)
