"""What participants do on their own page, by signed link: name, needs, seat, calendar, data, consent."""

import io
from typing import Any

from flask import Blueprint, Response, flash, json, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE

from services.registration import erasure
from services.registration.access import current_actor, keep_private, link_holder
from services.registration.documents.calendar import calendar as make_calendar
from services.registration.enrolment import offers
from services.registration.models import Participant, db
from services.registration.participants import answers, needs, personal_data, renaming
from services.registration.schemas.answers import with_answers
from services.registration.schemas.participants import AnswersSchema, NameSchema, NeedsSchema
from services.registration.tickets import links
from services.registration.words import need_options
from services.registration.words.answers import controls, typed_answers
from shared.i18n import current_locale
from shared.web.access import LINK_HOLDER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("own", __name__, url_prefix="/t/<token>")
blueprint.after_request(keep_private)


@blueprint.get("/edit")
@who(LINK_HOLDER)
def edit(token: str, refused: FormErrors | None = None) -> str:
    """Name, needs, data and consent."""
    with db.transaction() as session:
        person = link_holder(session, token)
        questions = controls(person.event.questions, current_locale())
        return render_template(
            "public/own.html",
            token=token,
            person=person,
            event=person.event,
            arrived=renaming.has_arrived(session, person),
            typed={**_stored(person), **(refused.typed if refused else {})},
            errors=refused.errors if refused else {},
            needs=need_options(),
            questions=questions,
            field_labels={
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
        **typed_answers(person.answers),
    }


@blueprint.post("/name")
@who(LINK_HOLDER)
@redisplay(edit)
def name(token: str) -> Any:
    """Correct the name, or ask the organiser for it after the first check-in."""
    given = load(NameSchema(), request.form)
    with db.transaction() as session:
        outcome = renaming.request(session, current_actor(), link_holder(session, token).id, given["name"])
    waits = outcome == renaming.REQUESTED
    message = _("Nama baru ini kami teruskan kepada panitia untuk disetujui.") if waits else _("Nama disimpan.")
    return saved(message, "own.edit", token=token)


@blueprint.post("/needs")
@who(LINK_HOLDER)
@redisplay(edit)
def change_needs(token: str) -> Any:
    """Change or withdraw the accommodation needs."""
    given = load(NeedsSchema(), request.form)
    with db.transaction() as session:
        needs.change(session, current_actor(), link_holder(session, token).id, given)
    return saved(_("Kebutuhan disimpan."), "own.edit", token=token)


@blueprint.post("/answers")
@who(LINK_HOLDER)
@redisplay(edit)
def change_answers(token: str) -> Any:
    """Change the answers to the event's own questions."""
    with db.transaction() as session:
        person = link_holder(session, token)
        schema = with_answers(AnswersSchema, person.event.questions, unknown=EXCLUDE)
        given = load(schema, request.form)["answers"]
        answers.change(session, current_actor(), person.event, person.id, given)
    return saved(_("Jawaban disimpan."), "own.edit", token=token)


@blueprint.post("/confirm")
@who(LINK_HOLDER)
def confirm(token: str) -> Any:
    """Confirm a seat that was offered from the waiting list."""
    with db.transaction() as session:
        offers.confirm(session, link_holder(session, token).id)
    return redirect(url_for("ticket.show", token=token), 303)


@blueprint.get("/calendar.ics")
@who(LINK_HOLDER)
def calendar(token: str) -> Response:
    """The agenda for the participant's own calendar."""
    with db.transaction() as session:
        person = link_holder(session, token)
        made = make_calendar(person.event, current_locale(), links.link(person.event, person))
    return _download(made, "text/calendar", "hadir.ics")


@blueprint.get("/data.json")
@who(LINK_HOLDER)
def data(token: str) -> Response:
    """Everything that registration keeps about the participant."""
    with db.transaction() as session:
        person = link_holder(session, token)
        text = json.dumps(personal_data.export(session, person.event, person), indent=2, ensure_ascii=False)
    return _download(text.encode(), "application/json", "hadir-data.json")


@blueprint.post("/erase")
@who(LINK_HOLDER)
def erase(token: str) -> Any:
    """Withdraw the consent: everything about the person is erased, when the box is ticked."""
    with db.transaction() as session:
        person = link_holder(session, token)
        if request.form.get("confirm") != "true":
            flash(_("Centang kotaknya dahulu untuk menghapus data Anda."), "error")
            return redirect(url_for("own.edit", token=token), 303)
        slug = person.event.slug
        erasure.erase(session, current_actor(), person.event, person.id)
    return saved(_("Data Anda telah dihapus. Terima kasih sudah memberi tahu kami."), "event.show", slug=slug)


def _download(content: bytes, kind: str, filename: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=filename)
