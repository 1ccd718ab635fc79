"""The questions that an event's form asks besides the usual ones."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from services.registration import answers, labels, questions
from services.registration.models import Event, db
from services.registration.pages.console.common import console_event
from services.registration.schemas_questions import QuestionForm, written_options
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("questions", __name__, url_prefix="/console/events/<int:event_id>/questions")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int) -> str:
    """The questions in their order, and a form for another one."""
    with db.transaction() as session:
        return _page(console_event(session, event_id), None, {"kind": answers.TEXT}, {})


@blueprint.post("/")
@who(ORGANISER)
def add(event_id: int) -> Any:
    """Add a question."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        try:
            questions.add(session, event, load(QuestionForm(), request.form))
        except FormErrors as error:
            return _page(event, None, error.typed, error.errors), 422
        except questions.TooMany:
            return _full(event_id)
    return _done(event_id)


@blueprint.get("/<key>")
@who(ORGANISER)
def edit(event_id: int, key: str) -> str:
    """One question in a form."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        one = _question(event, key)
        return _page(event, one, {**one, "options": written_options(one["options"])}, {})


@blueprint.post("/<key>")
@who(ORGANISER)
def save(event_id: int, key: str) -> Any:
    """Change a question's words or options."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        one = _question(event, key)
        form = request.form.copy()
        form["kind"] = one["kind"]
        try:
            questions.change(session, event, key, load(QuestionForm(), form))
        except FormErrors as error:
            return _page(event, one, error.typed, error.errors), 422
    return _done(event_id)


@blueprint.post("/<key>/move")
@who(ORGANISER)
def move(event_id: int, key: str) -> Any:
    """One place up or down."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        _question(event, key)
        questions.move(session, event, key, request.form.get("direction") == "up")
    return _done(event_id)


@blueprint.post("/<key>/remove")
@who(ORGANISER)
def remove(event_id: int, key: str) -> Any:
    """Ask it no more; answers are kept."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        _question(event, key)
        questions.remove(session, event, key)
    return _done(event_id)


@blueprint.post("/<key>/restore")
@who(ORGANISER)
def restore(event_id: int, key: str) -> Any:
    """Ask again what was removed."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        _question(event, key)
        try:
            questions.restore(session, event, key)
        except questions.TooMany:
            return _full(event_id)
    return _done(event_id)


def _question(event: Event, key: str) -> dict[str, Any]:
    found = questions.find(event, key)
    if found is None:
        abort(404)
    return found


def _done(event_id: int) -> Any:
    flash(_("Pertanyaan disimpan."), "success")
    return redirect(url_for("questions.index", event_id=event_id), 303)


def _full(event_id: int) -> Any:
    flash(_("Formulir ini sudah penuh: paling banyak %(most)s pertanyaan.", most=questions.MOST), "error")
    return redirect(url_for("questions.index", event_id=event_id), 303)


def _page(event: Event, one: dict[str, Any] | None, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/questions.html",
        event=event,
        one=one,
        asked=answers.asked(event.questions),
        removed=[question for question in event.questions if question.get("removed")],
        label_of=lambda question: answers.label_of(question, str(get_locale())),
        kinds=labels.question_kinds(),
        typed=typed,
        errors=errors,
        field_labels=labels.question_fields(),
    )
