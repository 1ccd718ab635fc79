"""Files: CSV, XLSX, daftar hadir, paper tickets and badges; for the event, or for one partner's participants."""

import io
from typing import Any

from flask import Blueprint, Response, abort, request, send_file
from sqlalchemy.orm import Session

from services.registration.access import console_event, console_partner, current_actor
from services.registration.documents import exporting, printing
from services.registration.models import Event, db
from services.registration.pages.console._filter import requested
from services.registration.participants import search
from shared.i18n import current_locale
from shared.web.access import COORDINATOR, ORGANISER, who

blueprint = Blueprint("downloads", __name__, url_prefix="/console")

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
TABLES = ("participants.csv", "participants.xlsx")
BY_PARTNER = "attendance-by-partner.pdf"
ATTENDANCE = ("attendance.pdf", BY_PARTNER)
FILES = (*TABLES, *ATTENDANCE, "tickets.pdf", "badges.pdf")


@blueprint.get("/events/<int:event_id>/files/<filename>")
@who(ORGANISER)
def of_event(event_id: int, filename: str) -> Response:
    """A file about the event's participants, filtered by the address. ``needs=1`` adds their needs, and is recorded."""
    with db.transaction() as session:
        return _file(session, console_event(session, event_id), filename, requested(), request.args.get("needs") == "1")


@blueprint.get("/partners/<int:partner_id>/files/<filename>")
@who(ORGANISER, COORDINATOR)
def of_partner(partner_id: int, filename: str) -> Response:
    """A file about one partner's participants, never with their needs."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        return _file(session, partner.event, filename, {"partner": partner.id}, with_needs=False)


def _file(session: Session, event: Event, filename: str, wanted: dict[str, Any], with_needs: bool) -> Response:
    if filename not in FILES:
        abort(404)
    found = search.matching(event.id, wanted)
    if filename in ATTENDANCE:
        content = printing.attendance_list(session, event, found, current_locale(), _sheets(event, filename, wanted))
    elif filename == "tickets.pdf":
        content = printing.paper_tickets(session, event, found, current_locale())
    elif filename == "badges.pdf":
        content = printing.badges(session, event, found, current_locale())
    else:
        make = exporting.as_csv if filename.endswith(".csv") else exporting.as_xlsx
        content = make(exporting.table(session, current_actor(), event, found, with_needs), event.title)
    kind = TYPES[filename.rpartition(".")[2]]
    return send_file(io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=filename)


def _sheets(event: Event, filename: str, wanted: dict[str, Any]) -> printing.Sheets:
    session_id = request.args.get("session", type=int)
    if session_id is not None and session_id not in {item.id for item in event.agenda}:
        abort(404)
    return printing.Sheets(wanted.get("partner"), session_id, filename == BY_PARTNER)
