"""Importing a partner's participants from CSV or XLSX: upload, preview, commit."""

import io
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.registration import words
from services.registration.access import console_partner, current_actor
from services.registration.enrolment import importing
from services.registration.enrolment.spreadsheets import MOST_COLUMNS, MOST_ROWS, Unreadable
from services.registration.events.questions import asked
from services.registration.models import Import, Partner, db
from services.registration.models.imports import PREVIEWED
from services.registration.seats.pools import open_pool
from shared.web.access import COORDINATOR, ORGANISER, who
from shared.web.forms import FormErrors, redisplay, saved

blueprint = Blueprint("imports", __name__, url_prefix="/console/partners/<int:partner_id>/import")

SHOWN = 100


@blueprint.get("/")
@who(ORGANISER, COORDINATOR)
def start(partner_id: int, refused: FormErrors | None = None) -> str:
    """Choose a file."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        return render_template(
            "console/import.html",
            event=partner.event,
            partner=partner,
            errors=refused.errors if refused else {},
            questions=asked(partner.event.questions),
            most=MOST_ROWS,
        )


@blueprint.get("/template.csv")
@who(ORGANISER, COORDINATOR)
def template(partner_id: int) -> Response:
    """A file to fill in, with an example."""
    with db.transaction() as session:
        content = importing.template(console_partner(session, partner_id))
    return send_file(io.BytesIO(content), mimetype="text/csv", as_attachment=True, download_name="peserta.csv")


@blueprint.post("/")
@who(ORGANISER, COORDINATOR)
@redisplay(start)
def upload(partner_id: int) -> Any:
    """Read the file and show what it would do."""
    file = request.files.get("file")
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        data = file.read() if file else b""
        if not file or not data:
            raise FormErrors({"file": [_("Pilih sebuah berkas.")]}, {})
        try:
            row = importing.upload(session, partner, file.filename or "", data)
        except Unreadable as error:
            why = words.unreadable_file(error.reason, MOST_ROWS, MOST_COLUMNS)
            raise FormErrors({"file": [why]}, {}) from error
    return redirect(url_for("imports.preview", partner_id=partner_id, import_id=row.id), 303)


@blueprint.get("/<uuid:import_id>")
@who(ORGANISER, COORDINATOR)
def preview(partner_id: int, import_id: UUID) -> Any:
    """What the file would do, with errors by line and column."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        return _preview_page(session, partner, _import(session, partner, import_id))


@blueprint.post("/<uuid:import_id>")
@who(ORGANISER, COORDINATOR)
def commit(partner_id: int, import_id: UUID) -> Any:
    """Register everybody in it, or nobody."""

    def report(done: int) -> None:
        # In a transaction beside the commit's own, so that the page can read it meanwhile.
        with db.transaction() as beside:
            importing.store_progress(beside, import_id, done)

    try:
        with db.transaction() as session:
            partner = console_partner(session, partner_id)
            count = importing.commit(session, current_actor(), _import(session, partner, import_id), report)
    except importing.UnderWay:
        flash(_("Daftar ini sedang didaftarkan. Muat ulang halaman ini sebentar lagi."), "warning")
        return redirect(url_for("partner_participants.index", partner_id=partner_id), 303)
    except importing.NotGood:
        flash(_("Daftar ini tidak dapat diproses. Tidak ada yang didaftarkan."), "error")
        with db.transaction() as session:
            partner = console_partner(session, partner_id)
            row = importing.find(session, partner, import_id)
            if row is None or row.state != PREVIEWED:
                return redirect(url_for("partner_participants.index", partner_id=partner_id), 303)
            return _preview_page(session, partner, row), 422
    return saved(_("%(count)s orang terdaftar.", count=count), "partner_participants.index", partner_id=partner_id)


@blueprint.get("/<uuid:import_id>/progress")
@who(ORGANISER, COORDINATOR)
def progress(partner_id: int, import_id: UUID) -> Response:
    """How many of the list are registered, for the page to show while it waits for the commit's answer."""
    with db.transaction() as session:
        row = _import(session, console_partner(session, partner_id), import_id)
        response = jsonify({"done": row.done, "state": row.state})
    response.headers["Cache-Control"] = "no-store"
    return response


def _import(session: Session, partner: Partner, import_id: UUID) -> Import:
    row = importing.find(session, partner, import_id)
    if row is None:
        abort(404)
    return row


def _preview_page(session: Session, partner: Partner, row: Import) -> str:
    found = importing.preview(session, row)
    free = partner.pool.free + open_pool(session, partner.event_id).free
    return render_template(
        "console/import-preview.html",
        event=partner.event,
        partner=partner,
        row=row,
        found=found,
        shown=SHOWN,
        waiting=max(0, len(found.people) - free),
    )
