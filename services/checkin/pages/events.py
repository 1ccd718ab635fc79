"""The events whose attendance an organiser may see."""

from typing import Any

from flask import Blueprint, render_template

from services.checkin import access, words
from services.checkin.models import db
from shared.web.access import ORGANISER, who

blueprint = Blueprint("events", __name__, url_prefix="/checkin/console")


@blueprint.get("/")
@who(ORGANISER)
def index() -> Any:
    """The list of events."""
    with db.transaction() as session:
        return render_template("checkin/events.html", events=access.console_events(session), title_of=words.title_of)
