"""One partner's people: for its coordinators, and for organisers. Nobody else sees or changes them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema
from sqlalchemy.orm import Session

from services.registration import answers, audit, cancelling, events, labels, people, signup
from services.registration.models import Partner, db
from services.registration.pages.console.common import console_partner, invite_link, person_of
from services.registration.schemas_console import CoordinatedPerson
from shared.web.access import COORDINATOR, ORGANISER, who
from shared.web.forms import FormErrors, load, typed_values

blueprint = Blueprint("partner_people", __name__, url_prefix="/console/partners/<int:partner_id>")


@blueprint.get("/")
@who(ORGANISER, COORDINATOR)
def index(partner_id: int) -> str:
    """The partner's seats, invitation link and people."""
    with db.transaction() as session:
        return _page(session, console_partner(session, partner_id), {"locale": "id"}, {})


@blueprint.post("/people")
@who(ORGANISER, COORDINATOR)
def add(partner_id: int) -> Any:
    """Register somebody on one of the partner's seats."""
    typed: dict[str, Any] = {}
    try:
        with db.transaction() as session:
            partner = console_partner(session, partner_id)
            schema = _schema(partner)
            typed = typed_values(schema, request.form)
            details = load(schema, request.form)
            person = signup.register(session, partner.event, details, "coordinator", partner)
            audit.record(
                session, "participant.registered", person.id, partner.event_id, after={"partner": partner.name}
            )
        flash(_("%(name)s terdaftar.", name=details["name"]), "success")
        return redirect(url_for("partner_people.index", partner_id=partner_id), 303)
    except FormErrors as error:
        errors = error.errors
    except signup.AlreadyRegistered:
        errors = {"email": [_("Alamat ini sudah terdaftar untuk acara ini.")]}
    with db.transaction() as session:
        return _page(session, console_partner(session, partner_id), typed, errors), 422


@blueprint.post("/people/<uuid:participant_id>/cancel")
@who(ORGANISER, COORDINATOR)
def cancel(partner_id: int, participant_id: Any) -> Any:
    """Cancel one of the partner's people; the seat is free at once."""
    with db.transaction() as session:
        partner = console_partner(session, partner_id)
        person = person_of(session, participant_id, partner_id=partner.id)
        cancelling.cancel(session, partner.event, person.id, by_holder=False)
        audit.record(session, "participant.cancelled", person.id, partner.event_id)
        flash(_("Pendaftaran %(name)s dibatalkan.", name=person.name), "success")
    return redirect(url_for("partner_people.index", partner_id=partner_id), 303)


def _schema(partner: Partner) -> Schema:
    """Somebody with answers. None must be given: the coordinator may not know them, and the person can add them."""
    return answers.beside(CoordinatedPerson, partner.event.questions, required=False, unknown=EXCLUDE)


def _page(session: Session, partner: Partner, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    found = people.matching(partner.event_id, {"partner": partner.id})
    shown = people.page(session, found, request.args.get("after"))
    questions = answers.controls(partner.event.questions, str(get_locale()), required=False)
    return render_template(
        "console/partner-people.html",
        event=partner.event,
        partner=partner,
        link=invite_link(partner.event, partner),
        people=shown.people,
        next=shown.next,
        total=people.count(session, found),
        open_free=events.open_pool(session, partner.event_id).free,
        typed=typed,
        errors=errors,
        labels=labels,
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
