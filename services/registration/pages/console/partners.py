"""An event's partners: seats, invitation links, coordinators. For organisers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.registration import accounts, events, partners
from services.registration.form_fields import in_zone, wall_text
from services.registration.models import Event, Partner, db
from services.registration.pages.console.common import console_event, console_partner, invite_link
from services.registration.schemas_console import InvitationForm, InviteAccountForm, OpenSeatsForm, PartnerForm
from shared.web.access import ORGANISER, must, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("partners", __name__, url_prefix="/console")


@blueprint.get("/events/<int:event_id>/partners")
@who(ORGANISER)
def index(event_id: int) -> str:
    """The partners with their seats and invitation links."""
    with db.transaction() as session:
        return _index_page(session, console_event(session, event_id), {}, {})


@blueprint.post("/events/<int:event_id>/partners")
@who(ORGANISER)
def add(event_id: int) -> Any:
    """Add a partner with seats of its own."""
    try:
        given = load(PartnerForm(), request.form)
        with db.transaction() as session:
            partner = partners.add(session, console_event(session, event_id), given["name"], given["allotment"])
        flash(_("%(name)s ditambahkan.", name=given["name"]), "success")
        return redirect(url_for("partners.edit", partner_id=partner.id), 303)
    except FormErrors as error:
        errors = error.errors
    except partners.NameTaken:
        errors = {"name": [_name_taken()]}
    with db.transaction() as session:
        return _index_page(session, console_event(session, event_id), request.form.to_dict(), errors), 422


@blueprint.post("/events/<int:event_id>/open-seats")
@who(ORGANISER)
def open_seats(event_id: int) -> Any:
    """Change the number of open seats."""
    try:
        given = load(OpenSeatsForm(), request.form)
        with db.transaction() as session:
            partners.resize_open_pool(session, console_event(session, event_id), given["size"])
        return redirect(url_for("partners.index", event_id=event_id), 303)
    except FormErrors as error:
        errors = error.errors
    except partners.SeatsInUse as error:
        errors = {"size": [_in_use(error)]}
    with db.transaction() as session:
        return _index_page(session, console_event(session, event_id), request.form.to_dict(), errors), 422


@blueprint.get("/partners/<int:partner_id>/edit")
@who(ORGANISER)
def edit(partner_id: int) -> str:
    """One partner's seats, invitation and coordinators."""
    with db.transaction() as session:
        return _edit_page(session, _partner(session, partner_id), {}, {})


@blueprint.post("/partners/<int:partner_id>/edit")
@who(ORGANISER)
def save(partner_id: int) -> Any:
    """Change name, seats and release date."""

    def change(session: Session, partner: Partner, given: dict[str, Any]) -> None:
        release_at = in_zone(given["release_at"], partner.event.timezone)
        partners.change(session, partner, given["name"], given["allotment"], release_at)

    return _change(partner_id, PartnerForm(), change)


@blueprint.post("/partners/<int:partner_id>/invitation")
@who(ORGANISER)
def limit(partner_id: int) -> Any:
    """Limit the invitation in time and number."""

    def change(session: Session, partner: Partner, given: dict[str, Any]) -> None:
        expires_at = in_zone(given["invite_expires_at"], partner.event.timezone)
        partners.limit_invitation(session, partner, expires_at, given["invite_uses_left"])

    return _change(partner_id, InvitationForm(), change)


@blueprint.post("/partners/<int:partner_id>/rotate")
@who(ORGANISER)
def rotate(partner_id: int) -> Any:
    """A new invitation link; the old one stops working."""
    return _change(partner_id, Schema(), lambda session, partner, _given: partners.rotate_invitation(session, partner))


@blueprint.post("/partners/<int:partner_id>/release")
@who(ORGANISER)
def release(partner_id: int) -> Any:
    """Give the partner's free seats to the open pool now."""
    return _change(partner_id, Schema(), lambda session, partner, _given: partners.release_unused(session, partner))


@blueprint.post("/partners/<int:partner_id>/coordinators")
@who(ORGANISER)
def invite(partner_id: int) -> Any:
    """Let somebody coordinate for the partner."""

    def change(session: Session, partner: Partner, given: dict[str, Any]) -> None:
        scope = accounts.Scope("coordinator", partner.event_id, partner.id)
        accounts.invite(session, given["email"], given["person"], scope)

    return _change(partner_id, InviteAccountForm(), change)


@blueprint.post("/partners/<int:partner_id>/coordinators/<uuid:account_id>/withdraw")
@who(ORGANISER)
def withdraw(partner_id: int, account_id: Any) -> Any:
    """Take the partner from a coordinator again."""

    def change(session: Session, partner: Partner, _given: dict[str, Any]) -> None:
        for account in accounts.coordinators(session, partner):
            for scope in account.scopes:
                if account.id == account_id and scope.partner_id == partner.id:
                    accounts.withdraw(session, account, scope.id)

    return _change(partner_id, Schema(), change)


def _change(partner_id: int, schema: Schema, change: Any) -> Any:
    """Load a form, apply ``change(session, partner, given)`` and go back to the partner; 422 with the page if not."""
    try:
        given = load(schema, request.form)
        with db.transaction() as session:
            change(session, _partner(session, partner_id), given)
        flash(_("Perubahan disimpan."), "success")
        return redirect(url_for("partners.edit", partner_id=partner_id), 303)
    except FormErrors as error:
        errors = error.errors
    except partners.NameTaken:
        errors = {"name": [_name_taken()]}
    except partners.SeatsInUse as error:
        errors = {"allotment": [_in_use(error)]}
    with db.transaction() as session:
        return _edit_page(session, _partner(session, partner_id), request.form.to_dict(), errors), 422


def _partner(session: Session, partner_id: int) -> Partner:
    partner = console_partner(session, partner_id)
    must(partner.event_id == console_event(session, partner.event_id).id)
    return partner


def _name_taken() -> str:
    return _("Mitra dengan nama ini sudah ada.")


def _in_use(error: partners.SeatsInUse) -> str:
    return _("Sudah %(taken)s kursi terisi; jatah tidak boleh kurang dari itu.", taken=error.args[0])


def _index_page(session: Session, event: Event, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    pool = events.open_pool(session, event.id)
    return render_template(
        "console/partners.html",
        event=event,
        links={partner.id: invite_link(event, partner) for partner in event.partners},
        open_pool=pool,
        typed={"size": pool.size, **typed},
        errors=errors,
        field_labels={"name": _("Nama mitra"), "allotment": _("Jatah kursi"), "size": _("Kursi umum")},
    )


def _edit_page(session: Session, partner: Partner, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    zone = partner.event.timezone
    stored = {
        "name": partner.name,
        "allotment": partner.pool.size,
        "release_at": wall_text(partner.release_at, zone),
        "invite_expires_at": wall_text(partner.invite_expires_at, zone),
        "invite_uses_left": partner.invite_uses_left if partner.invite_uses_left is not None else "",
    }
    return render_template(
        "console/partner-edit.html",
        event=partner.event,
        partner=partner,
        link=invite_link(partner.event, partner),
        coordinators=accounts.coordinators(session, partner),
        typed={**stored, **typed},
        errors=errors,
        field_labels={
            "name": _("Nama"),
            "allotment": _("Jatah kursi"),
            "release_at": _("Lepas kursi sisa pada"),
            "invite_expires_at": _("Berlaku sampai"),
            "invite_uses_left": _("Sisa pemakaian"),
            "person": _("Nama koordinator"),
            "email": _("Alamat e-mail"),
        },
    )
