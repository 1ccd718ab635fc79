"""Who did what, when, and what was there before and after."""

from flask import Blueprint, render_template, request
from sqlalchemy import select

from services.registration.models import AuditEntry, db
from services.registration.pages.console.common import LARGEST_ID, console_event
from shared.web.access import ORGANISER, who

blueprint = Blueprint("audits", __name__, url_prefix="/console/events/<int:event_id>/audit")

SHOWN = 100


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int) -> str:
    """The event's log, the newest first, in pages."""
    before = request.args.get("after", LARGEST_ID, type=int)
    with db.transaction() as session:
        event = console_event(session, event_id)
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.event_id == event_id, AuditEntry.id < min(before, LARGEST_ID))
            .order_by(AuditEntry.id.desc())
            .limit(SHOWN + 1)
        ).all()
        older = str(rows[SHOWN - 1].id) if len(rows) > SHOWN else None
        return render_template("console/audit.html", event=event, entries=rows[:SHOWN], next=older)
