"""What participants do on their own page: name, needs, seat, calendar, data, consent. All by signed link."""

from typing import Any

from flask import Blueprint, Response, flash, json, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import EXCLUDE
from sqlalchemy.orm import Session

from services.registration import answers, calendars, erasing, labels, names, needs, personal_data, tickets, waiting
from services.registration.models import Participant, db
from services.registration.pages.ticket import holder, keep_private
from services.registration.schemas import NameChange, WithAnswers, WithNeeds
from shared.web.access import LINK_HOLDER, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("own", __name__, url_prefix="/t/<token>")
blueprint.after_request(keep_private)


@blueprint.get("/edit")
@who(LINK_HOLDER)
def edit(token: str) -> str:
    """Name, needs, data and consent."""
    with db.transaction() as session:
        return _page(session, token, {}, {})


@blueprint.post("/name")
@who(LINK_HOLDER)
def name(token: str) -> Any:
    """Correct the name, or ask the organiser for it after the first check-in."""
    try:
        given = load(NameChange(), request.form)
        with db.transaction() as session:
            person = holder(session, token)
            outcome = names.correct(session, person.event, person.id, given["name"])
    except FormErrors as error:
        return _again(token, error)
    waits = outcome == names.REQUESTED
    flash(_("Nama baru ini kami teruskan kepada panitia untuk disetujui.") if waits else _("Nama disimpan."), "success")
    return _back(token)


@blueprint.post("/needs")
@who(LINK_HOLDER)
def change_needs(token: str) -> Any:
    """Change or withdraw the accommodation needs."""
    try:
        given = load(WithNeeds(), request.form)
    except FormErrors as error:
        return _again(token, error)
    with db.transaction() as session:
        person = holder(session, token)
        needs.change(session, person.event, person.id, given)
    flash(_("Kebutuhan disimpan."), "success")
    return _back(token)


@blueprint.post("/answers")
@who(LINK_HOLDER)
def change_answers(token: str) -> Any:
    """Change the answers to the event's own questions."""
    try:
        with db.transaction() as session:
            person = holder(session, token)
            schema = answers.beside(WithAnswers, person.event.questions, unknown=EXCLUDE)
            answers.change(session, person.event, person.id, load(schema, request.form)["answers"])
    except FormErrors as error:
        return _again(token, error)
    flash(_("Jawaban disimpan."), "success")
    return _back(token)


@blueprint.post("/confirm")
@who(LINK_HOLDER)
def confirm(token: str) -> Any:
    """Confirm a seat that came free from the waiting list."""
    with db.transaction() as session:
        waiting.confirm(session, holder(session, token).id)
    return redirect(url_for("ticket.show", token=token), 303)


@blueprint.get("/calendar.ics")
@who(LINK_HOLDER)
def calendar(token: str) -> Response:
    """The sessions for the participant's own calendar."""
    with db.transaction() as session:
        person = holder(session, token)
        made = calendars.calendar(person.event, str(get_locale()), tickets.link(person.event, person))
    return _download(made, "text/calendar", "hadir.ics")


@blueprint.get("/data.json")
@who(LINK_HOLDER)
def data(token: str) -> Response:
    """Everything that registration keeps about the participant."""
    with db.transaction() as session:
        person = holder(session, token)
        text = json.dumps(personal_data.export(session, person.event, person), indent=2, ensure_ascii=False)
    return _download(text.encode(), "application/json", "hadir-data.json")


@blueprint.post("/erase")
@who(LINK_HOLDER)
def erase(token: str) -> Any:
    """Withdraw the consent: everything about the person is erased, when the box says so."""
    if request.form.get("confirm") != "true":
        flash(_("Centang kotaknya dahulu untuk menghapus data Anda."), "error")
        return _back(token)
    with db.transaction() as session:
        person = holder(session, token)
        slug = person.event.slug
        erasing.erase(session, person.event, person.id)
    flash(_("Data Anda telah dihapus. Terima kasih sudah memberi tahu kami."), "success")
    return redirect(url_for("event.show", slug=slug), 303)


def _back(token: str) -> Any:
    return redirect(url_for("own.edit", token=token), 303)


def _again(token: str, error: FormErrors) -> Any:
    with db.transaction() as session:
        return _page(session, token, error.typed, error.errors), 422


def _page(session: Session, token: str, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    person = holder(session, token)
    questions = answers.controls(person.event.questions, str(get_locale()))
    return render_template(
        "public/own.html",
        token=token,
        person=person,
        event=person.event,
        arrived=names.has_arrived(session, person),
        typed={**_stored(person), **typed},
        errors=errors,
        needs=labels.need_options(),
        questions=questions,
        labels={
            "name": _("Nama lengkap"),
            **{one.name: one.label for one in questions},
            "needs": _("Kebutuhan akomodasi"),
            "needs_note": _("Penjelasan kebutuhan"),
            "needs_consent": _("Persetujuan menyimpan kebutuhan"),
        },
    )


def _stored(person: Participant) -> dict[str, Any]:
    return {
        "name": person.requested_name or person.name,
        "needs": person.needs,
        "needs_note": person.needs_note,
        "needs_consent": person.needs_consent_at is not None,
        **answers.typed(person.answers),
    }


def _download(content: bytes, kind: str, filename: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
