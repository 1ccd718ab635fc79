"""Lists to take away: CSV, XLSX, daftar hadir, paper tickets and badges; for the event, or for one partner's people."""

from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import get_locale
from sqlalchemy.orm import Session

from services.registration import audit, exporting, people, printing
from services.registration.models import Event, db
from services.registration.pages.console.common import console_event, console_partner
from services.registration.pages.console.participants import wanted
from shared.web.access import COORDINATOR, ORGANISER, who

blueprint = Blueprint("downloads", __name__, url_prefix="/console")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BY_PARTNER = "attendance-by-partner.pdf"
ATTENDANCE = ("attendance.pdf", BY_PARTNER)
LISTS = ("participants.csv", "participants.xlsx", *ATTENDANCE, "tickets.pdf", "badges.pdf")


@blueprint.get("/events/<int:event_id>/files/<filename>")
@who(ORGANISER)
def of_event(event_id: int, filename: str) -> Response:
    """A list of the event's people, narrowed as the address says. ``needs=1`` adds their needs, and is noted."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        with_needs = request.args.get("needs") == "1"
        if with_needs:
            audit.record(session, "needs.exported", event.id, event.id)
        return _make(session, event, filename, wanted(), with_needs)


@blueprint.get("/partners/<int:partner_id>/files/<filename>")
@who(ORGANISER, COORDINATOR)
def of_partner(partner_id: int, filename: str) -> Response:
    """A list of one partner's people, never with their needs."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        return _make(session, partner.event, filename, {"partner": partner.id}, False)


def _make(session: Session, event: Event, filename: str, narrowed: dict[str, Any], with_needs: bool) -> Response:
    if filename not in LISTS:
        abort(404)
    locale = str(get_locale())
    found = people.matching(event.id, narrowed)
    if filename in ATTENDANCE:
        wanted_session = request.args.get("session", type=int)
        sheets = printing.Sheets(narrowed.get("partner"), wanted_session, filename == BY_PARTNER)
        if wanted_session is not None and wanted_session not in {item.id for item in event.sessions}:
            abort(404)
        return _file(printing.attendance_list(session, event, found, locale, sheets), filename)
    if filename == "tickets.pdf":
        return _file(printing.paper_tickets(session, event, found, locale), filename)
    if filename == "badges.pdf":
        return _file(printing.badges(session, event, found, locale), filename)
    lines = exporting.table(session, event, found, with_needs)
    if filename.endswith(".csv"):
        return _file(exporting.as_csv(lines), filename)
    return _file(exporting.as_xlsx(lines, event.title), filename)


def _file(content: bytes, filename: str) -> Response:
    kinds = {"csv": "text/csv", "xlsx": XLSX, "pdf": "application/pdf"}
    response = Response(content, mimetype=kinds[filename.rpartition(".")[2]])
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
