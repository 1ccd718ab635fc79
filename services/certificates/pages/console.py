"""Pages for organisers under /certificates/console."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.certificates import issuing, overview
from services.certificates.eligibility import sentence
from services.certificates.models import Event, db
from shared import clock
from shared.web.access import ORGANISER, must, who

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
    with db.transaction() as session:
        row = _event(session, event_id)
        context = {
            "event": row,
            "lines": overview.lines(session, row),
            "runs": overview.runs(session, event_id),
            "is_over": row.ends_at <= clock.now(),
            "sentence": sentence,
        }
        return render_template("certificates/event.html", **context)


@console.post("/events/<int:event_id>/runs")
@who(ORGANISER)
def issue(event_id: int) -> Any:
    """Issue now to everybody who is due."""
    try:
        with db.transaction() as session:
            _event(session, event_id)
            issuing.issue_now(session, event_id, g.principal.name)
        flash(_("Penerbitan dimulai. Muat ulang halaman untuk melihat kemajuannya."), "success")
    except issuing.NotYet:
        flash(_("Acara belum selesai. Sertifikat dapat diterbitkan setelah acara berakhir."), "error")
    return redirect(url_for("console.event", event_id=event_id))


def _event(session: Session, event_id: int) -> Event:
    """The event, when it is there and this organiser's."""
    must(g.principal.may(ORGANISER, event_id))
    row = session.get(Event, event_id) if event_id < 2**31 else None
    return row or abort(404)
