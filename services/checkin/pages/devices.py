"""The door devices of an event: pairing and revoking."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.checkin import access, words
from services.checkin.devices import pairing
from services.checkin.models import db
from services.checkin.schemas.devices import DeviceForm
from shared import clock, qr, settings
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay

blueprint = Blueprint("devices", __name__, url_prefix="/checkin/console/events/<int:event_id>/devices")


def _page(event_id: int, refused: FormErrors | None = None, **new: Any) -> str:
    shown = {"new": None, "pairing_code": None, "link": None, "qr_svg": None, **new}
    with db.transaction() as session:
        return render_template(
            "checkin/devices.html",
            event=access.console_event(session, event_id),
            devices=pairing.listed(session, event_id),
            errors=refused.errors if refused else {},
            typed=refused.typed if refused else {},
            now=clock.real_now(),
            title_of=words.title_of,
            **shown,
        )


@blueprint.get("")
@who(ORGANISER)
def index(event_id: int) -> Any:
    """The event's devices, and the form for a new one."""
    return _page(event_id)


@blueprint.post("")
@who(ORGANISER)
@redisplay(_page)
def create(event_id: int) -> Any:
    """A new device, with the code that pairs it, which is shown once."""
    actor = access.staff(event_id)
    data = load(DeviceForm(), request.form)
    with db.transaction() as session:
        event = access.console_event(session, event_id)
        device, code = pairing.create(session, event.event_id, data["name"], actor)
    link = settings.public_url(f"/checkin/scan#pair={code}")
    return _page(event_id, new=device, pairing_code=code, link=link, qr_svg=qr.svg(link))


@blueprint.post("/<uuid:device_id>/revoke")
@who(ORGANISER)
def revoke(event_id: int, device_id: UUID) -> Any:
    """Revoke a device's right to scan."""
    actor = access.staff(event_id)
    with db.transaction() as session:
        if pairing.find(session, event_id, device_id) is None:
            abort(404)
        if pairing.revoke(session, event_id, device_id, actor):
            flash(_("Perangkat itu tidak dapat memindai lagi."), "success")
    return redirect(url_for("devices.index", event_id=event_id), 303)
