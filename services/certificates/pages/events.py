"""The organisers' pages under /certificates/console: events, one event's list, its progress, its ZIP."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from services.certificates import access
from services.certificates.issuing import resending, runs
from services.certificates.models import db
from services.certificates.overview import events, participants
from services.certificates.pages._request import query_text
from services.certificates.rendering import archive
from shared import clock
from shared.web.access import ORGANISER, who
from shared.web.forms import saved

blueprint = Blueprint("console", __name__, url_prefix="/certificates/console")


@blueprint.get("/")
@who(ORGANISER)
def index() -> Any:
    """The events of this organiser."""
    with db.transaction() as session:
        lines = [line for line in events.events(session) if access.may_see(line.event)]
    return render_template("certificates/events.html", lines=lines)


@blueprint.get("/events/<int:event_id>")
@who(ORGANISER)
def event(event_id: int) -> Any:
    """One event: who has a certificate, who does not and why, the state of mails and runs."""
    query = {name: query_text(name) for name in ("show", "organisation", "search")}
    with db.transaction() as session:
        row = access.own_event(session, event_id)
        lines = participants.lines(session, row)
        matching = participants.matching(lines, query["show"], query["organisation"], query["search"])
        shown, following = participants.page(matching, query_text("after"))
        context = {
            "event": row,
            "lines": shown,
            "matching": len(matching),
            "following": following,
            "query": query,
            "total": len(lines),
            "due": sum(line.standing.is_due for line in lines),
            "partners": participants.by_partner(lines),
            "progress": events.progress(session, event_id),
            "runs": events.runs(session, event_id),
            "is_over": row.ends_at <= clock.now(),
        }
        return render_template("certificates/event.html", **context)


@blueprint.get("/events/<int:event_id>/progress")
@who(ORGANISER)
def progress(event_id: int) -> Any:
    """How far issuing and mailing have come, for the page to poll; 304 while nothing has changed."""
    with db.transaction() as session:
        access.own_event(session, event_id)
        response = jsonify(events.progress(session, event_id))
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


@blueprint.post("/events/<int:event_id>/runs")
@who(ORGANISER)
def issue(event_id: int) -> Response:
    """Issue now to everybody who is due, or (``reissue``) also replace certificates that are out of date."""
    try:
        with db.transaction() as session:
            access.own_event(session, event_id)
            runs.start_run(session, event_id, access.caller(), reissue="reissue" in request.form)
    except runs.NotYet:
        flash(_("Acara belum selesai. Sertifikat dapat diterbitkan setelah acara berakhir."), "error")
        return redirect(url_for("console.event", event_id=event_id), 303)
    return saved(_("Penerbitan dimulai."), "console.event", event_id=event_id)


@blueprint.post("/events/<int:event_id>/mails")
@who(ORGANISER)
def resend_failed(event_id: int) -> Response:
    """Send every failed mail again."""
    with db.transaction() as session:
        access.own_event(session, event_id)
        number = resending.resend_failed(session, event_id, access.caller())
    return saved(_("%(number)s e-mail dikirim ulang.", number=number), "console.event", event_id=event_id)


@blueprint.get("/events/<int:event_id>/sertifikat.zip")
@who(ORGANISER)
def as_zip(event_id: int) -> Response:
    """All valid certificates of the event."""
    with db.transaction() as session:
        row = access.own_event(session, event_id)
    # send_file needs a file that it can read; this one is written while it is sent.
    pieces = stream_with_context(archive.zip_of(db, event_id, row.timezone))
    response = Response(pieces, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"sertifikat-{row.slug}.zip")
    return response
