"""An event's agenda items with their doors."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from services.registration import words
from services.registration.access import console_event, current_actor
from services.registration.events import agenda
from services.registration.models import AgendaItem, Event, db
from services.registration.schemas.events import AgendaItemForm
from services.registration.schemas.fields import wall_text
from shared.contracts import SESSION_TIMES
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("agenda", __name__, url_prefix="/console/events/<int:event_id>/sessions")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int, refused: FormErrors | None = None) -> str:
    """The agenda, and a form for another item."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        suggested = {name: wall_text(at, event.timezone) for name, at in agenda.suggested_times(event).items()}
        return _page(event, None, suggested, refused)


@blueprint.post("/")
@who(ORGANISER)
@redisplay(index)
def add(event_id: int) -> Any:
    """Add an item."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        agenda.add(session, current_actor(), event, load(AgendaItemForm(), request.form))
    return _saved(event_id)


@blueprint.get("/<int:session_id>")
@who(ORGANISER)
def edit(event_id: int, session_id: int, refused: FormErrors | None = None) -> str:
    """One item in a form."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        item = _item(event, session_id)
        times = {name: wall_text(getattr(item, name), event.timezone) for name in SESSION_TIMES}
        stored = {"session_title": item.title, "session_title_en": item.title_en, **times}
        return _page(event, item, stored, refused)


@blueprint.post("/<int:session_id>")
@who(ORGANISER)
@redisplay(edit)
def save(event_id: int, session_id: int) -> Any:
    """Change an item."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        given = load(AgendaItemForm(), request.form)
        agenda.change(session, current_actor(), event, _item(event, session_id), given)
    return _saved(event_id)


@blueprint.post("/<int:session_id>/remove")
@who(ORGANISER)
def remove(event_id: int, session_id: int) -> Any:
    """Remove an item from the agenda."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        agenda.remove(session, current_actor(), event, _item(event, session_id))
    return _saved(event_id)


def _item(event: Event, session_id: int) -> AgendaItem:
    found = agenda.find(event, session_id)
    if found is None:
        abort(404)
    return found


def _saved(event_id: int) -> Any:
    return saved(_("Susunan acara disimpan."), "agenda.index", event_id=event_id)


def _page(event: Event, item: AgendaItem | None, stored: dict[str, Any], refused: FormErrors | None) -> str:
    return render_template(
        "console/agenda.html",
        event=event,
        item=item,
        typed=refused.typed if refused else stored,
        errors=refused.errors if refused else {},
        field_labels=words.agenda_item_fields(),
    )
