"""The people of an event: searching, one person's scans and presence, and corrections."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from services.checkin import access, words
from services.checkin.attendance import corrections
from services.checkin.models import db
from services.checkin.queries import search
from services.checkin.scanning.loading import current_schedule
from services.checkin.schemas.corrections import CorrectionForm
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("people", __name__, url_prefix="/checkin/console/events/<int:event_id>/people")


@blueprint.get("")
@who(ORGANISER)
def index(event_id: int) -> Any:
    """Everybody on the roster, to search and to open."""
    query = request.args.get("q", "").replace("\x00", "")[:100]
    with db.transaction() as session:
        return render_template(
            "checkin/people.html",
            event=access.console_event(session, event_id),
            people=search.search(session, event_id, query),
            query=query,
            most=search.MOST,
            title_of=words.title_of,
        )


@blueprint.get("/<uuid:participant_id>")
@who(ORGANISER)
def person(event_id: int, participant_id: UUID) -> Any:
    """One person's scans and presence, and the form to correct it."""
    return _person_page(event_id, participant_id)


def _person_page(event_id: int, participant_id: UUID, refused: FormErrors | None = None) -> str:
    with db.transaction() as session:
        person = access.console_person(session, event_id, participant_id)
        schedule = current_schedule(session, event_id)
        return render_template(
            "checkin/person.html",
            event=access.console_event(session, event_id),
            person=person,
            schedule=schedule if schedule is not None else abort(404),
            presence=search.presence(session, participant_id),
            corrections=search.corrections(session, participant_id),
            scans=search.scans(session, participant_id),
            errors=refused.errors if refused else {},
            typed=refused.typed if refused else {},
            words=words,
            title_of=words.title_of,
        )


@blueprint.post("/<uuid:participant_id>/corrections")
@who(ORGANISER)
@redisplay(_person_page)
def correct(event_id: int, participant_id: UUID) -> Any:
    """Correct one presence, with a reason."""
    actor = access.staff(event_id)
    data = load(CorrectionForm(), request.form)
    with db.transaction() as session:
        person = access.console_person(session, event_id, participant_id)
        try:
            corrections.correct(session, person, **data, actor=actor)
        except corrections.UnknownAgendaItem:
            abort(404)
        except corrections.LeftBeforeArrival as error:
            message = _("Waktu keluar harus sesudah waktu datang.")
            raise FormErrors({"left": [message]}, dict(request.form)) from error
    return saved(_("Kehadiran dibetulkan."), "people.person", event_id=event_id, participant_id=participant_id)


@blueprint.post("/<uuid:participant_id>/corrections/<int:session_id>/withdraw")
@who(ORGANISER)
def withdraw(event_id: int, participant_id: UUID, session_id: int) -> Any:
    """Remove a correction: the scans decide again."""
    actor = access.staff(event_id)
    with db.transaction() as session:
        person = access.console_person(session, event_id, participant_id)
        try:
            corrections.withdraw(session, person, session_id, actor)
        except corrections.UnknownAgendaItem:
            abort(404)
    message = _("Kehadiran kembali menurut pemindaian.")
    return saved(message, "people.person", event_id=event_id, participant_id=participant_id)
