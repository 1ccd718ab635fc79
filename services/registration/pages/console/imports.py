"""Importing a partner's people from CSV or XLSX: upload, preview, commit."""

import csv
import io
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.registration import answers, events, importing
from services.registration.models import Import, Partner, db
from services.registration.models.imports import PREVIEWED
from services.registration.pages.console.common import console_partner
from services.registration.tables import MOST_ROWS, Unreadable
from shared.web.access import COORDINATOR, ORGANISER, who

blueprint = Blueprint("imports", __name__, url_prefix="/console/partners/<int:partner_id>/import")

SHOWN = 100


@blueprint.get("/")
@who(ORGANISER, COORDINATOR)
def start(partner_id: int) -> str:
    """Choose a file."""
    with db.transaction() as session:
        return _start_page(console_partner(session, partner_id), {})


@blueprint.get("/template.csv")
@who(ORGANISER, COORDINATOR)
def template(partner_id: int) -> Response:
    """A file to fill in, with an example."""
    with db.transaction() as session:
        lines = importing.template(console_partner(session, partner_id))
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(lines)
    # Spreadsheets take the file for UTF-8 only with a byte order mark.
    response = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="peserta.csv"'
    return response


@blueprint.post("/")
@who(ORGANISER, COORDINATOR)
def upload(partner_id: int) -> Any:
    """Read the file and show what it would do."""
    file = request.files.get("file")
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        data = file.read() if file else b""
        if not data:
            return _start_page(partner, {"file": [_("Pilih sebuah berkas.")]}), 422
        try:
            row = importing.upload(session, partner, file.filename or "", data) if file else None
        except Unreadable as error:
            return _start_page(partner, {"file": [_why(error)]}), 422
        assert row is not None
        return redirect(url_for("imports.preview", partner_id=partner_id, import_id=row.id), 303)


@blueprint.get("/<uuid:import_id>")
@who(ORGANISER, COORDINATOR)
def preview(partner_id: int, import_id: Any) -> Any:
    """What the file would do, with errors by line and column."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        return _preview_page(session, partner, _import(session, partner, import_id))


@blueprint.post("/<uuid:import_id>")
@who(ORGANISER, COORDINATOR)
def commit(partner_id: int, import_id: Any) -> Any:
    """Register everybody in it, or nobody."""
    try:
        with db.transaction() as session:
            partner = console_partner(session, partner_id)
            count = importing.commit(session, _import(session, partner, import_id))
    except importing.UnderWay:
        flash(_("Daftar ini sedang didaftarkan. Muat ulang halaman ini sebentar lagi."), "warning")
        return redirect(url_for("partner_people.index", partner_id=partner_id), 303)
    except importing.NotGood:
        flash(_("Daftar ini tidak dapat diambil. Tidak ada yang didaftarkan."), "error")
        with db.transaction() as session:
            partner = console_partner(session, partner_id)
            row = session.get(Import, import_id)
            if row is None or row.state != PREVIEWED:
                return redirect(url_for("partner_people.index", partner_id=partner_id), 303)
            return _preview_page(session, partner, row), 422
    flash(_("%(count)s orang terdaftar.", count=count), "success")
    return redirect(url_for("partner_people.index", partner_id=partner_id), 303)


@blueprint.get("/<uuid:import_id>/progress")
@who(ORGANISER, COORDINATOR)
def progress(partner_id: int, import_id: Any) -> Response:
    """How many of the list are written, for the page to ask while it waits for the commit's answer."""
    with db.transaction() as session:
        row = _import(session, console_partner(session, partner_id), import_id)
        response = jsonify({"done": row.done, "state": row.state})
    response.headers["Cache-Control"] = "no-store"
    return response


def _import(session: Session, partner: Partner, import_id: Any) -> Import:
    row = session.get(Import, import_id)
    if row is None or row.partner_id != partner.id:
        abort(404)
    return row


def _why(error: Unreadable) -> str:
    return {
        "empty": _("Berkas ini kosong."),
        "too_long": _("Berkas ini terlalu panjang: paling banyak %(most)s baris.", most=MOST_ROWS),
    }.get(error.reason) or _("Berkas ini bukan tabel CSV atau XLSX yang dapat dibaca.")


def _start_page(partner: Partner, errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/import.html",
        event=partner.event,
        partner=partner,
        errors=errors,
        questions=answers.asked(partner.event.questions),
        most=MOST_ROWS,
    )


def _preview_page(session: Session, partner: Partner, row: Import) -> str:
    found = importing.preview(session, row)
    free = partner.pool.free + events.open_pool(session, partner.event_id).free
    return render_template(
        "console/import-preview.html",
        event=partner.event,
        partner=partner,
        row=row,
        found=found,
        shown=SHOWN,
        waiting=max(0, len(found.people) - free),
    )
