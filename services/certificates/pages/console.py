"""Pages for organisers under /certificates/console: events, one event's list, its progress, its ZIP."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _

from services.certificates import download, issuing, overview, posting
from services.certificates.eligibility import sentence
from services.certificates.models import db
from services.certificates.pages.common import own_event
from shared import clock
from shared.web.access import ORGANISER, who

console = Blueprint("console", __name__, url_prefix="/certificates/console")


@console.get("/")
@who(ORGANISER)
def events() -> Any:
    """The events of this organiser."""
    with db.transaction() as session:
        lines = [line for line in overview.events(session) if g.principal.may(ORGANISER, line.event.event_id)]
    return render_template("certificates/events.html", lines=lines)


@console.get("/events/<int:event_id>")
@who(ORGANISER)
def event(event_id: int) -> Any:
    """One event: who has a certificate, who not and why, the state of mails and runs."""
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("tampil", "organisasi", "cari", "after")}
    with db.transaction() as session:
        row = own_event(session, event_id)
        lines = overview.lines(session, row)
        chosen = overview.chosen(lines, asked["tampil"], asked["organisasi"], asked["cari"])
        shown, following = overview.page(chosen, asked.pop("after"))
        context = {
            "event": row,
            "lines": shown,
            "chosen": len(chosen),
            "following": following,
            "asked": asked,
            "total": len(lines),
            "due": sum(line.standing.is_due for line in lines),
            "partners": overview.by_partner(lines),
            "progress": overview.progress(session, event_id),
            "runs": overview.runs(session, event_id),
            "is_over": row.ends_at <= clock.now(),
            "sentence": sentence,
        }
        return render_template("certificates/event.html", **context)


@console.get("/events/<int:event_id>/progress")
@who(ORGANISER)
def progress(event_id: int) -> Any:
    """How far issuing and mailing have come, for the page to poll; 304 while nothing has changed."""
    with db.transaction() as session:
        own_event(session, event_id)
        response = jsonify(overview.progress(session, event_id))
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


@console.post("/events/<int:event_id>/runs")
@who(ORGANISER)
def issue(event_id: int) -> Any:
    """Issue now to everybody who is due, or (``anew``) also replace what is outdated."""
    try:
        with db.transaction() as session:
            own_event(session, event_id)
            issuing.issue_now(session, event_id, g.principal.name, anew="anew" in request.form)
        flash(_("Penerbitan dimulai."), "success")
    except issuing.NotYet:
        flash(_("Acara belum selesai. Sertifikat dapat diterbitkan setelah acara berakhir."), "error")
    return redirect(url_for("console.event", event_id=event_id))


@console.post("/events/<int:event_id>/mails")
@who(ORGANISER)
def resend_failed(event_id: int) -> Any:
    """Send every failed mail again."""
    with db.transaction() as session:
        own_event(session, event_id)
        number = posting.send_failed_again(session, event_id)
    flash(_("%(number)s e-mail dikirim ulang.", number=number), "success")
    return redirect(url_for("console.event", event_id=event_id))


@console.get("/events/<int:event_id>/sertifikat.zip")
@who(ORGANISER)
def as_zip(event_id: int) -> Response:
    """All valid certificates of the event."""
    with db.transaction() as session:
        row = own_event(session, event_id)
    response = Response(stream_with_context(download.zip_of(event_id, row.timezone)), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"sertifikat-{row.slug}.zip")
    return response
