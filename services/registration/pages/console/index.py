"""Where somebody comes who has signed in."""

from flask import Blueprint, g, render_template
from sqlalchemy import select

from services.registration import events, labels
from services.registration.models import Partner, db
from shared.web.access import COORDINATOR, ORGANISER, who

blueprint = Blueprint("console", __name__, url_prefix="/console")


@blueprint.get("/")
@who(ORGANISER, COORDINATOR)
def index() -> str:
    """The events and partners that are the caller's."""
    principal = g.principal
    with db.transaction() as session:
        rows = [event for event in events.for_console(session) if principal.may(ORGANISER, event.id)]
        ours = [
            partner
            for partner in session.scalars(select(Partner).order_by(Partner.id))
            if principal.may(COORDINATOR, partner.event_id, partner.id)
        ]
        return render_template("console/index.html", events=rows, partners=ours, labels=labels)
