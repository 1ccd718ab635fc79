"""The additional questions of an event's form."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.registration import words
from services.registration.access import console_event, current_actor
from services.registration.events import questions
from services.registration.models import Event, db
from services.registration.schemas.questions import QuestionForm, written_options
from services.registration.words.answers import label_of
from shared.i18n import current_locale
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("questions", __name__, url_prefix="/console/events/<int:event_id>/questions")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int, refused: FormErrors | None = None) -> str:
    """The questions in their order, and a form for another one."""
    with db.transaction() as session:
        return _page(console_event(session, event_id), None, {"kind": questions.TEXT}, refused)


@blueprint.post("/")
@who(ORGANISER)
@redisplay(index)
def add(event_id: int) -> Any:
    """Add a question."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        try:
            questions.add(session, current_actor(), event, load(QuestionForm(), request.form))
        except questions.TooMany:
            return _full(event_id)
    return _saved(event_id)


@blueprint.get("/<key>")
@who(ORGANISER)
def edit(event_id: int, key: str, refused: FormErrors | None = None) -> str:
    """One question in a form."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        one = _question(event, key)
        return _page(event, one, {**one, "options": written_options(one["options"])}, refused)


@blueprint.post("/<key>")
@who(ORGANISER)
@redisplay(edit)
def save(event_id: int, key: str) -> Any:
    """Change a question's words or options."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        form = request.form.copy()
        form["kind"] = _question(event, key)["kind"]
        questions.change(session, current_actor(), event, key, load(QuestionForm(), form))
    return _saved(event_id)


@blueprint.post("/<key>/move")
@who(ORGANISER)
def move(event_id: int, key: str) -> Any:
    """Move a question one place up or down."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        _question(event, key)
        questions.move(session, current_actor(), event, key, request.form.get("direction") == "up")
    return _saved(event_id)


@blueprint.post("/<key>/remove")
@who(ORGANISER)
def remove(event_id: int, key: str) -> Any:
    """Stop asking a question; answers are kept."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        _question(event, key)
        questions.remove(session, current_actor(), event, key)
    return _saved(event_id)


@blueprint.post("/<key>/restore")
@who(ORGANISER)
def restore(event_id: int, key: str) -> Any:
    """Ask a removed question again."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        _question(event, key)
        try:
            questions.restore(session, current_actor(), event, key)
        except questions.TooMany:
            return _full(event_id)
    return _saved(event_id)


def _question(event: Event, key: str) -> dict[str, Any]:
    found = questions.find(event, key)
    if found is None:
        abort(404)
    return found


def _saved(event_id: int) -> Any:
    return saved(_("Pertanyaan disimpan."), "questions.index", event_id=event_id)


def _full(event_id: int) -> Any:
    flash(_("Formulir ini sudah penuh: paling banyak %(most)s pertanyaan.", most=questions.MOST), "error")
    return redirect(url_for("questions.index", event_id=event_id), 303)


def _page(event: Event, one: dict[str, Any] | None, stored: dict[str, Any], refused: FormErrors | None) -> str:
    return render_template(
        "console/questions.html",
        event=event,
        one=one,
        asked=questions.asked(event.questions),
        removed=[question for question in event.questions if question.get("removed")],
        label_of=lambda question: label_of(question, current_locale()),
        kinds=words.question_kinds(),
        typed=refused.typed if refused else stored,
        errors=refused.errors if refused else {},
        field_labels=words.question_fields(),
    )
