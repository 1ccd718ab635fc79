"""An event's sessions with their doors."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.registration import agenda, labels
from services.registration.form_fields import wall_text
from services.registration.models import Event, EventSession, db
from services.registration.pages.console.common import console_event
from services.registration.schemas_event import AgendaItemForm
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("agenda", __name__, url_prefix="/console/events/<int:event_id>/sessions")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int) -> str:
    """The agenda, and a form for another session."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        return _page(event, None, _suggested(event), {})


@blueprint.post("/")
@who(ORGANISER)
def add(event_id: int) -> Any:
    """Add a session."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        try:
            agenda.add(session, event, load(AgendaItemForm(), request.form))
        except FormErrors as error:
            return _page(event, None, error.typed, error.errors), 422
    return _done(event_id)


@blueprint.get("/<int:session_id>")
@who(ORGANISER)
def edit(event_id: int, session_id: int) -> str:
    """One session in a form."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        item = _item(event, session_id)
        times = {name: wall_text(getattr(item, name), event.timezone) for name in agenda.TIMES}
        return _page(event, item, {"session_title": item.title, "session_title_en": item.title_en, **times}, {})


@blueprint.post("/<int:session_id>")
@who(ORGANISER)
def save(event_id: int, session_id: int) -> Any:
    """Change a session."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        item = _item(event, session_id)
        try:
            agenda.change(session, event, item, load(AgendaItemForm(), request.form))
        except FormErrors as error:
            return _page(event, item, error.typed, error.errors), 422
    return _done(event_id)


@blueprint.post("/<int:session_id>/remove")
@who(ORGANISER)
def remove(event_id: int, session_id: int) -> Any:
    """Take a session out of the agenda."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        agenda.remove(session, event, _item(event, session_id))
    return _done(event_id)


def _item(event: Event, session_id: int) -> EventSession:
    found = next((item for item in event.sessions if item.id == session_id), None)
    if found is None:
        abort(404)
    return found


def _done(event_id: int) -> Any:
    flash(_("Susunan acara disimpan."), "success")
    return redirect(url_for("agenda.index", event_id=event_id), 303)


def _suggested(event: Event) -> dict[str, Any]:
    """Times for another session: after the last one, with the usual door."""
    starts = event.sessions[-1].ends_at if event.sessions else event.starts_at
    ends = max(event.ends_at, starts + timedelta(hours=1))
    times = {
        "opens_at": starts - timedelta(minutes=30),
        "starts_at": starts,
        "late_after": starts + timedelta(minutes=15),
        "closes_at": ends,
        "ends_at": ends,
    }
    return {name: wall_text(at, event.timezone) for name, at in times.items()}


def _page(event: Event, item: EventSession | None, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/agenda.html",
        event=event,
        item=item,
        typed=typed,
        errors=errors,
        field_labels=labels.session_fields(),
    )
