"""An event's participants: search, filters, one person's record, and registering speakers. For organisers."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.registration import erasure, words
from services.registration.access import console_event, current_actor, participant_of
from services.registration.enrolment import sign_up
from services.registration.enrolment.cancelling import cancel_by_staff
from services.registration.models import db
from services.registration.pages.console._filter import in_address, requested
from services.registration.participants import record, renaming, search
from services.registration.schemas.participants import SpeakerForm
from services.registration.tickets import links
from services.registration.words.answers import described
from shared.i18n import current_locale
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("participants", __name__, url_prefix="/console/events/<int:event_id>")


@blueprint.get("/participants")
@who(ORGANISER)
def index(event_id: int, refused: FormErrors | None = None) -> str:
    """The participants of an event."""
    wanted = requested()
    with db.transaction() as session:
        event = console_event(session, event_id)
        found = search.matching(event.id, wanted)
        page = search.page(session, found, request.args.get("after"))
        return render_template(
            "console/participants.html",
            event=event,
            people=page.rows,
            next=page.next,
            total=search.count_some(session, found),
            most=search.MOST_COUNTED,
            wanted=wanted,
            filter=in_address(wanted),
            typed=refused.typed if refused else {"role": "narasumber", "locale": "id"},
            errors=refused.errors if refused else {},
            words=words,
            field_labels={"name": _("Nama lengkap"), "email": _("Alamat e-mail"), "role": _("Peran")},
        )


@blueprint.post("/speakers")
@who(ORGANISER)
@redisplay(index)
def add(event_id: int) -> Any:
    """Register a speaker, moderator or member of the committee (they take no seat), or a participant."""
    details = load(SpeakerForm(), request.form)
    try:
        with db.transaction() as session:
            event = console_event(session, event_id)
            sign_up.register_by_staff(session, current_actor(), event, details, "organiser")
    except sign_up.AlreadyRegistered as error:
        message = _("Alamat ini sudah terdaftar untuk acara ini.")
        raise FormErrors({"email": [message]}, request.form.to_dict()) from error
    return saved(_("%(name)s terdaftar.", name=details["name"]), "participants.index", event_id=event_id)


@blueprint.get("/participants/<uuid:participant_id>")
@who(ORGANISER)
def show(event_id: int, participant_id: UUID) -> str:
    """All that is kept about one person, with their mails and their part of the audit log."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = participant_of(session, participant_id, event_id=event_id)
        return render_template(
            "console/participant.html",
            event=event,
            person=person,
            record=record.of(session, person),
            link=links.link(event, person),
            companion_code=search.code_of(session, person.companion_of_id),
            words=words,
            needs=dict(words.need_options()),
            answers=described(event.questions, person.answers, current_locale()),
        )


@blueprint.post("/participants/<uuid:participant_id>/cancel")
@who(ORGANISER)
def cancel(event_id: int, participant_id: UUID) -> Any:
    """Cancel somebody's registration; they get a mail."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = participant_of(session, participant_id, event_id=event_id)
        cancel_by_staff(session, current_actor(), event, person.id)
    message = _("Pendaftaran dibatalkan.")
    return saved(message, "participants.show", event_id=event_id, participant_id=participant_id)


@blueprint.post("/participants/<uuid:participant_id>/name")
@who(ORGANISER)
def decide_name(event_id: int, participant_id: UUID) -> Any:
    """Approve or decline a name that somebody asked for after their first check-in."""
    with db.transaction() as session:
        console_event(session, event_id)
        person = participant_of(session, participant_id, event_id=event_id)
        renaming.answer_request(session, current_actor(), person.id, request.form.get("decision") == "approve")
    return redirect(url_for("participants.show", event_id=event_id, participant_id=participant_id), 303)


@blueprint.post("/participants/<uuid:participant_id>/erase")
@who(ORGANISER)
def erase(event_id: int, participant_id: UUID) -> Any:
    """Erase a person who asked for it."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = participant_of(session, participant_id, event_id=event_id)
        if request.form.get("confirm") != "true":
            flash(_("Centang kotaknya dahulu untuk menghapus data orang ini."), "error")
            return redirect(url_for("participants.show", event_id=event_id, participant_id=participant_id), 303)
        erasure.erase(session, current_actor(), event, person.id)
    return saved(_("Data orang ini telah dihapus."), "participants.index", event_id=event_id)
