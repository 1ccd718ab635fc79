"""Announcements: a mail to a selection of participants."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.registration import words
from services.registration.access import console_event, current_actor
from services.registration.models import db
from services.registration.pages.console._filter import in_address, requested
from services.registration.participants import announcements, search
from services.registration.schemas.announcements import AnnouncementForm
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay

blueprint = Blueprint("announcements", __name__, url_prefix="/console/events/<int:event_id>/mails")


@blueprint.get("/new")
@who(ORGANISER)
def write(event_id: int, refused: FormErrors | None = None) -> str:
    """An announcement to the participants selected by the filter in the address."""
    return _page(event_id, refused.typed if refused else {}, refused.errors if refused else {}, preview=False)


@blueprint.post("/new")
@who(ORGANISER)
@redisplay(write)
def send(event_id: int) -> Any:
    """First the preview, then (with ``confirmed``) the mails."""
    given = load(AnnouncementForm(), request.form)
    if not given["confirmed"]:
        return _page(event_id, given, {}, preview=True)
    with db.transaction() as session:
        event = console_event(session, event_id)
        found = search.matching(event_id, requested())
        made = announcements.announce(session, current_actor(), event, found, given)
    return redirect(url_for("announcements.progress", event_id=event_id, announcement_id=made.id), 303)


@blueprint.get("/announcements/<uuid:announcement_id>")
@who(ORGANISER)
def progress(event_id: int, announcement_id: UUID) -> str:
    """How many mails of an announcement are sent."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        found = announcements.find(session, event_id, announcement_id)
        if found is None:
            abort(404)
        counts = announcements.progress(session, found)
        return render_template("console/announcement.html", event=event, announcement=found, counts=counts, words=words)


def _page(event_id: int, typed: dict[str, Any], errors: dict[str, list[str]], preview: bool) -> str:
    wanted = requested()
    with db.transaction() as session:
        event = console_event(session, event_id)
        found = announcements.recipients(search.matching(event.id, wanted))
        return render_template(
            "console/announcement-form.html",
            event=event,
            typed=typed,
            errors=errors,
            preview=preview,
            count=search.count(session, found),
            action=f"{url_for('announcements.send', event_id=event.id)}?{urlencode(in_address(wanted))}",
            field_labels={"subject": _("Perihal"), "body": _("Isi")},
        )
