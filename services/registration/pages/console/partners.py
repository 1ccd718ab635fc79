"""An event's partners: seats, invitation links, coordinators. For organisers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.registration.access import console_event, console_partner, current_actor
from services.registration.accounts import team
from services.registration.models import Partner, db
from services.registration.partners import allotments, invitations, organisations
from services.registration.schemas.accounts import InviteAccountForm
from services.registration.schemas.fields import in_zone, wall_text
from services.registration.schemas.partners import InvitationForm, OpenSeatsForm, PartnerForm
from services.registration.seats.pools import open_pool
from shared.web.access import COORDINATOR, ORGANISER, must, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("partners", __name__, url_prefix="/console")


@contextmanager
def _as_form_errors(seats_field: str) -> Iterator[None]:
    """Inside, what the use case refuses becomes an error of the form's field."""
    try:
        yield
    except organisations.NameTaken as error:
        message = _("Mitra dengan nama ini sudah ada.")
        raise FormErrors({"name": [message]}, request.form.to_dict()) from error
    except allotments.SeatsInUse as error:
        message = _("Sudah %(taken)s kursi terisi; jatah tidak boleh kurang dari itu.", taken=error.args[0])
        raise FormErrors({seats_field: [message]}, request.form.to_dict()) from error


@blueprint.get("/events/<int:event_id>/partners")
@who(ORGANISER)
def index(event_id: int, refused: FormErrors | None = None) -> str:
    """The partners with their seats and invitation links."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        pool = open_pool(session, event.id)
        return render_template(
            "console/partners.html",
            event=event,
            links={partner.id: invitations.link(event, partner) for partner in event.partners},
            open_pool=pool,
            typed={"size": pool.size, **(refused.typed if refused else {})},
            errors=refused.errors if refused else {},
            field_labels={"name": _("Nama mitra"), "allotment": _("Jatah kursi"), "size": _("Kursi umum")},
        )


@blueprint.post("/events/<int:event_id>/partners")
@who(ORGANISER)
@redisplay(index)
def add(event_id: int) -> Any:
    """Add a partner with seats of its own."""
    given = load(PartnerForm(), request.form)
    with _as_form_errors("allotment"), db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        partner = organisations.add(session, current_actor(), event, given["name"], given["allotment"])
    return saved(_("%(name)s ditambahkan.", name=given["name"]), "partners.edit", partner_id=partner.id)


@blueprint.post("/events/<int:event_id>/open-seats")
@who(ORGANISER)
@redisplay(index)
def open_seats(event_id: int) -> Any:
    """Change the number of open seats."""
    given = load(OpenSeatsForm(), request.form)
    with _as_form_errors("size"), db.transaction() as session:
        allotments.resize_open_pool(session, current_actor(), console_event(session, event_id), given["size"])
    return redirect(url_for("partners.index", event_id=event_id), 303)


@blueprint.get("/partners/<int:partner_id>/edit")
@who(ORGANISER)
def edit(partner_id: int, refused: FormErrors | None = None) -> str:
    """One partner's seats, invitation and coordinators."""
    with db.transaction() as session:
        partner = _partner(session, partner_id)
        return render_template(
            "console/partner-edit.html",
            event=partner.event,
            partner=partner,
            link=invitations.link(partner.event, partner),
            coordinators=team.coordinators(session, partner),
            typed={**_stored(partner), **(refused.typed if refused else {})},
            errors=refused.errors if refused else {},
            field_labels={
                "name": _("Nama"),
                "allotment": _("Jatah kursi"),
                "release_at": _("Lepaskan sisa kursi pada"),
                "invite_expires_at": _("Berlaku sampai"),
                "invite_uses_left": _("Sisa pemakaian"),
                "person": _("Nama koordinator"),
                "email": _("Alamat e-mail"),
            },
        )


def _stored(partner: Partner) -> dict[str, Any]:
    zone = partner.event.timezone
    return {
        "name": partner.name,
        "allotment": partner.pool.size,
        "release_at": wall_text(partner.release_at, zone),
        "invite_expires_at": wall_text(partner.invite_expires_at, zone),
        "invite_uses_left": partner.invite_uses_left if partner.invite_uses_left is not None else "",
    }


@blueprint.post("/partners/<int:partner_id>/edit")
@who(ORGANISER)
@redisplay(edit)
def save(partner_id: int) -> Any:
    """Change name, seats and release date."""
    given = load(PartnerForm(), request.form)
    with _as_form_errors("allotment"), db.transaction() as session:
        partner = _partner(session, partner_id, for_change=True)
        release_at = in_zone(given["release_at"], partner.event.timezone)
        organisations.change(session, current_actor(), partner, given["name"], given["allotment"], release_at)
    return _saved(partner_id)


@blueprint.post("/partners/<int:partner_id>/invitation")
@who(ORGANISER)
@redisplay(edit)
def limit(partner_id: int) -> Any:
    """Limit the invitation in time and number."""
    given = load(InvitationForm(), request.form)
    with db.transaction() as session:
        partner = _partner(session, partner_id)
        expires_at = in_zone(given["invite_expires_at"], partner.event.timezone)
        invitations.limit(session, current_actor(), partner, expires_at, given["invite_uses_left"])
    return _saved(partner_id)


@blueprint.post("/partners/<int:partner_id>/rotate")
@who(ORGANISER)
def rotate(partner_id: int) -> Any:
    """A new invitation link; the old one stops working."""
    with db.transaction() as session:
        invitations.rotate(session, current_actor(), _partner(session, partner_id))
    return _saved(partner_id)


@blueprint.post("/partners/<int:partner_id>/release")
@who(ORGANISER)
def release(partner_id: int) -> Any:
    """Give the partner's free seats to the open pool now."""
    with db.transaction() as session:
        allotments.release_unused(session, current_actor(), _partner(session, partner_id))
    return _saved(partner_id)


@blueprint.post("/partners/<int:partner_id>/coordinators")
@who(ORGANISER)
@redisplay(edit)
def invite(partner_id: int) -> Any:
    """Invite a coordinator of the partner."""
    given = load(InviteAccountForm(), request.form)
    with db.transaction() as session:
        partner = _partner(session, partner_id)
        scope = team.Scope(COORDINATOR, partner.event_id, partner.id)
        team.invite(session, current_actor(), given["email"], given["person"], scope)
    return _saved(partner_id)


@blueprint.post("/partners/<int:partner_id>/coordinators/<uuid:account_id>/withdraw")
@who(ORGANISER)
def withdraw(partner_id: int, account_id: UUID) -> Any:
    """Remove a coordinator of the partner."""
    with db.transaction() as session:
        partner = _partner(session, partner_id)
        if not team.withdraw_coordinator(session, current_actor(), partner, account_id):
            abort(404)
    return _saved(partner_id)


def _saved(partner_id: int) -> Any:
    return saved(_("Perubahan disimpan."), "partners.edit", partner_id=partner_id)


def _partner(session: Session, partner_id: int, for_change: bool = False) -> Partner:
    partner = console_partner(session, partner_id)
    must(partner.event_id == console_event(session, partner.event_id, for_change).id)
    return partner
