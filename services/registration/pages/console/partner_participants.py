"""One partner's participants, for its coordinators and for organisers. Nobody else sees or changes them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from marshmallow import EXCLUDE

from services.registration import words
from services.registration.access import console_partner, current_actor, participant_of
from services.registration.enrolment import sign_up
from services.registration.enrolment.cancelling import cancel_by_staff
from services.registration.models import db
from services.registration.participants import search
from services.registration.partners import invitations
from services.registration.schemas.answers import with_answers
from services.registration.schemas.participants import CoordinatedParticipantSchema
from services.registration.seats.pools import open_pool
from services.registration.words.answers import controls
from shared.i18n import current_locale
from shared.web.access import COORDINATOR, ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved, typed_values

blueprint = Blueprint("partner_participants", __name__, url_prefix="/console/partners/<int:partner_id>")


@blueprint.get("/")
@who(ORGANISER, COORDINATOR)
def index(partner_id: int, refused: FormErrors | None = None) -> str:
    """The partner's seats, invitation link and participants."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        found = search.matching(partner.event_id, {"partner": partner.id})
        page = search.page(session, found, request.args.get("after"))
        questions = controls(partner.event.questions, current_locale(), required=False)
        return render_template(
            "console/partner-participants.html",
            event=partner.event,
            partner=partner,
            link=invitations.link(partner.event, partner),
            people=page.rows,
            next=page.next,
            total=search.count(session, found),
            open_free=open_pool(session, partner.event_id).free,
            typed=refused.typed if refused else {"locale": "id"},
            errors=refused.errors if refused else {},
            words=words,
            questions=questions,
            field_labels={
                "name": _("Nama lengkap"),
                "email": _("Alamat e-mail"),
                **{one.name: one.label for one in questions},
                "consent": _("Persetujuan"),
                "needs": _("Kebutuhan akomodasi"),
                "needs_note": _("Penjelasan kebutuhan"),
                "needs_consent": _("Persetujuan menyimpan kebutuhan"),
            },
        )


@blueprint.post("/people")
@who(ORGANISER, COORDINATOR)
@redisplay(index)
def add(partner_id: int) -> Any:
    """Register somebody on one of the partner's seats."""
    typed: dict[str, Any] = {}
    try:
        with db.transaction() as session:
            partner = console_partner(session, partner_id)
            # Answers are optional: the coordinator may not know them, and participants can add them.
            schema = with_answers(
                CoordinatedParticipantSchema, partner.event.questions, required=False, unknown=EXCLUDE
            )
            typed = typed_values(schema, request.form)
            details = load(schema, request.form)
            sign_up.register_by_staff(session, current_actor(), partner.event, details, "coordinator", partner)
    except sign_up.AlreadyRegistered as error:
        message = _("Alamat ini sudah terdaftar untuk acara ini.")
        raise FormErrors({"email": [message]}, typed) from error
    message = _("%(name)s terdaftar.", name=details["name"])
    return saved(message, "partner_participants.index", partner_id=partner_id)


@blueprint.post("/people/<uuid:participant_id>/cancel")
@who(ORGANISER, COORDINATOR)
def cancel(partner_id: int, participant_id: UUID) -> Any:
    """Cancel one of the partner's registrations; the seat is free at once."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        person = participant_of(session, participant_id, partner_id=partner.id)
        cancel_by_staff(session, current_actor(), partner.event, person.id)
    message = _("Pendaftaran %(name)s dibatalkan.", name=person.name)
    return saved(message, "partner_participants.index", partner_id=partner_id)
