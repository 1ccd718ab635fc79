"""An event in numbers."""

from flask import Blueprint, render_template

from services.registration import words
from services.registration.access import console_event
from services.registration.models import db
from services.registration.reports import overview
from shared.web.access import ORGANISER, who

blueprint = Blueprint("overview", __name__, url_prefix="/console/events")


@blueprint.get("/<int:event_id>")
@who(ORGANISER)
def show(event_id: int) -> str:
    """Counts, sign-ups over time, seats by partner, needs; each plot with its table."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        counts = overview.collect(session, event)
        return render_template("console/overview.html", event=event, overview=counts, words=words)
