"""An event's participants: search, filters, one person's record, and registering speakers. For organisers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import EXCLUDE, ValidationError
from sqlalchemy.orm import Session

from services.registration import answers, audit, cancelling, erasing, labels, names, people, signup, tickets
from services.registration.models import Event, db
from services.registration.pages.console.common import console_event, person_of
from services.registration.schemas import Speaker
from services.registration.schemas_console import PeopleFilter
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("participants", __name__, url_prefix="/console/events/<int:event_id>")


def wanted() -> dict[str, Any]:
    """The filter in this request's address; a field that makes no sense counts as empty."""
    schema = PeopleFilter(unknown=EXCLUDE)
    given = {name: value for name, value in request.args.items() if value != ""}
    try:
        return dict(schema.load(given))
    except ValidationError as error:
        good = {name: value for name, value in given.items() if name not in error.messages_dict}
        return dict(schema.load(good))


def in_address(narrowed: dict[str, Any]) -> dict[str, Any]:
    """The parts of a filter that say something, for the address of what is to be narrowed in the same way."""
    return {name: value for name, value in narrowed.items() if value not in ("", None)}


@blueprint.get("/participants")
@who(ORGANISER)
def index(event_id: int) -> str:
    """The people of an event."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        return _page(session, event, {"role": "narasumber", "locale": "id"}, {})


@blueprint.post("/speakers")
@who(ORGANISER)
def add(event_id: int) -> Any:
    """Register a speaker, moderator or member of the committee (they take no seat), or a participant."""
    typed: dict[str, Any] = request.form.to_dict()
    try:
        details = load(Speaker(), request.form)
        with db.transaction() as session:
            event = console_event(session, event_id)
            person = signup.register(session, event, details, "organiser")
            audit.record(session, "participant.registered", person.id, event_id, after={"role": person.role})
        flash(_("%(name)s terdaftar.", name=details["name"]), "success")
        return redirect(url_for("participants.index", event_id=event_id), 303)
    except FormErrors as error:
        errors, typed = error.errors, error.typed
    except signup.AlreadyRegistered:
        errors = {"email": [_("Alamat ini sudah terdaftar untuk acara ini.")]}
    with db.transaction() as session:
        return _page(session, console_event(session, event_id), typed, errors), 422


@blueprint.get("/participants/<uuid:participant_id>")
@who(ORGANISER)
def show(event_id: int, participant_id: Any) -> str:
    """All that is known of one person, with their mails and what was done to them."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = person_of(session, participant_id, event_id=event_id)
        return render_template(
            "console/participant.html",
            event=event,
            person=person,
            record=people.record(session, person),
            link=tickets.link(event, person),
            companion_code=people.code_of(session, person.companion_of_id),
            labels=labels,
            needs=dict(labels.need_options()),
            answers=answers.described(event.questions, person.answers, str(get_locale())),
        )


@blueprint.post("/participants/<uuid:participant_id>/cancel")
@who(ORGANISER)
def cancel(event_id: int, participant_id: Any) -> Any:
    """Cancel somebody's registration; they are told by mail."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = person_of(session, participant_id, event_id=event_id)
        if cancelling.cancel(session, event, person.id, by_holder=False):
            audit.record(session, "participant.cancelled", person.id, event_id)
    flash(_("Pendaftaran dibatalkan."), "success")
    return redirect(url_for("participants.show", event_id=event_id, participant_id=participant_id), 303)


@blueprint.post("/participants/<uuid:participant_id>/name")
@who(ORGANISER)
def decide_name(event_id: int, participant_id: Any) -> Any:
    """Approve or decline a name that somebody asked for after their first check-in."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = person_of(session, participant_id, event_id=event_id)
        names.decide(session, event, person.id, request.form.get("decision") == "approve")
    return redirect(url_for("participants.show", event_id=event_id, participant_id=participant_id), 303)


@blueprint.post("/participants/<uuid:participant_id>/erase")
@who(ORGANISER)
def erase(event_id: int, participant_id: Any) -> Any:
    """Erase a person who asked for it."""
    if request.form.get("confirm") != "true":
        flash(_("Centang kotaknya dahulu untuk menghapus data orang ini."), "error")
        return redirect(url_for("participants.show", event_id=event_id, participant_id=participant_id), 303)
    with db.transaction() as session:
        event = console_event(session, event_id)
        erasing.erase(session, event, person_of(session, participant_id, event_id=event_id).id)
    flash(_("Data orang ini telah dihapus."), "success")
    return redirect(url_for("participants.index", event_id=event_id), 303)


def _page(session: Session, event: Event, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    narrowed = wanted()
    found = people.matching(event.id, narrowed)
    shown = people.page(session, found, request.args.get("after"))
    return render_template(
        "console/participants.html",
        event=event,
        people=shown.people,
        next=shown.next,
        total=people.count_some(session, found),
        most=people.MOST_COUNTED,
        wanted=narrowed,
        narrowed=in_address(narrowed),
        typed=typed,
        errors=errors,
        labels=labels,
        field_labels={"name": _("Nama lengkap"), "email": _("Alamat e-mail"), "role": _("Peran")},
    )
