"""Pages for organisers: events, arrivals, devices."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkin import arrivals, callers, devices
from services.checkin.models import Event, db
from services.checkin.schemas import DeviceSchema
from services.checkin.sentences import title_of
from shared import clock, qr, settings
from shared.web import forms
from shared.web.access import ORGANISER, who

blueprint = Blueprint("console", __name__, url_prefix="/checkin/console")


@blueprint.get("/")
@who(ORGANISER)
def events() -> Any:
    """The events whose door somebody may watch."""
    with db.transaction() as session:
        shown = [event for event in arrivals.events(session) if _may_see(event)]
    return render_template("checkin/events.html", events=shown, title_of=title_of)


@blueprint.get("/events/<int:event_id>/devices")
@who(ORGANISER)
def device_list(event_id: int) -> Any:
    """The event's door devices."""
    callers.staff(event_id)
    return _devices_page(event_id)


@blueprint.post("/events/<int:event_id>/devices")
@who(ORGANISER)
def create_device(event_id: int) -> Any:
    """A new device, with the code that pairs it, shown once."""
    actor = callers.staff(event_id)
    try:
        data = forms.load(DeviceSchema(), request.form)
    except forms.FormErrors as error:
        return _devices_page(event_id, errors=error.errors, typed=error.typed), 422
    with db.transaction() as session:
        load_event(session, event_id)
        device, code = devices.create(session, event_id, data["name"], actor)
    link = settings.public_url(f"/checkin/scan#pair={code}")
    return _devices_page(event_id, new=device, pairing_code=code, link=link, qr_svg=qr.svg(link))


@blueprint.post("/events/<int:event_id>/devices/<uuid:device_id>/revoke")
@who(ORGANISER)
def revoke_device(event_id: int, device_id: UUID) -> Any:
    """Take a device's right to scan."""
    actor = callers.staff(event_id)
    with db.transaction() as session:
        if devices.revoke(session, event_id, device_id, actor):
            flash(_("Perangkat itu tidak dapat memindai lagi."), "success")
    return redirect(url_for("console.device_list", event_id=event_id))


def load_event(session: Session, event_id: int) -> Event:
    """The event's copy. Aborts with 404."""
    found = session.get(Event, event_id)
    if found is None:
        abort(404)
    return found


def _devices_page(event_id: int, errors: Any = None, typed: Any = None, **new: Any) -> str:
    shown = {"new": None, "pairing_code": None, "link": None, "qr_svg": None, **new}
    with db.transaction() as session:
        return render_template(
            "checkin/devices.html",
            event=load_event(session, event_id),
            devices=devices.listed(session, event_id),
            errors=errors or {},
            typed=typed or {},
            now=clock.real_now(),
            title_of=title_of,
            **shown,
        )


def _may_see(event: Event) -> bool:
    return bool(g.principal.may(ORGANISER, event.event_id))
