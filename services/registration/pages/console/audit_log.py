"""Who did what, when, and what the row was before and after."""

from flask import Blueprint, render_template, request

from services.registration.access import console_event
from services.registration.models import db
from services.registration.reports import audit_log
from shared.web.access import ORGANISER, who

blueprint = Blueprint("audit_log", __name__, url_prefix="/console/events/<int:event_id>/audit")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int) -> str:
    """The event's log, the newest first, in pages."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        page = audit_log.page(session, event_id, request.args.get("after", type=int))
        return render_template("console/audit.html", event=event, entries=page.rows, next=page.next)
