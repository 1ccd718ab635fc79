"""Making, changing, copying, publishing and closing an event."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import editing, events, labels
from services.registration.form_fields import wall_text
from services.registration.models import Event, Organiser, db
from services.registration.pages.console.common import console_event
from services.registration.schemas_event import ZONES, CopyForm, EventForm, NewEventForm
from shared.web.access import ORGANISER, must, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("editing", __name__, url_prefix="/console/events")


@blueprint.get("/new")
@who(ORGANISER)
def new() -> str:
    """A form for a new event."""
    return _page(None, {"timezone": ZONES[0], "share_percent": 75, "certificate_grace_minutes": 15}, {})


@blueprint.post("/new")
@who(ORGANISER)
def create() -> Any:
    """Make a draft."""
    # A new event is nobody's yet: only who organises everything may make one.
    must(ORGANISER in g.principal.scopes)
    try:
        given = load(NewEventForm(), request.form)
    except FormErrors as error:
        return _page(None, error.typed, error.errors), 422
    with db.transaction() as session:
        organiser = session.scalar(select(Organiser).order_by(Organiser.id)) or Organiser(name=g.principal.name)
        session.add(organiser)
        session.flush()
        event = editing.create(session, organiser, given)
    flash(_("Rancangan dibuat. Periksa susunan acaranya, lalu buka pendaftaran."), "success")
    return redirect(url_for("editing.edit", event_id=event.id), 303)


@blueprint.get("/<int:event_id>/edit")
@who(ORGANISER)
def edit(event_id: int) -> str:
    """Change an event."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        return _page(event, _stored(session, event), {})


@blueprint.post("/<int:event_id>/edit")
@who(ORGANISER)
def save(event_id: int) -> Any:
    """Save the changes; the other services hear of them."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        try:
            given = load(EventForm(), request.form)
        except FormErrors as error:
            return _page(event, error.typed, error.errors), 422
        editing.change(session, event, given)
    flash(_("Perubahan disimpan."), "success")
    return redirect(url_for("editing.edit", event_id=event_id), 303)


@blueprint.post("/<int:event_id>/status")
@who(ORGANISER)
def status(event_id: int) -> Any:
    """Publish, close, reopen or archive."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        try:
            editing.set_status(session, event, request.form.get("status", ""))
        except editing.NotNext:
            flash(_("Status itu tidak dapat dipilih sekarang."), "error")
    return redirect(url_for("editing.edit", event_id=event_id), 303)


@blueprint.post("/<int:event_id>/copy")
@who(ORGANISER)
def copy(event_id: int) -> Any:
    """Copy the event to another day; agenda and windows move along."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        try:
            given = load(CopyForm(), request.form)
        except FormErrors as error:
            return _page(event, {**_stored(session, event), **error.typed}, error.errors), 422
        made = editing.copy(session, event, given["day"])
    flash(_("Acara disalin sebagai rancangan."), "success")
    return redirect(url_for("editing.edit", event_id=made.id), 303)


def _stored(session: Session, event: Event) -> dict[str, Any]:
    consent = events.consent_text(session, event)
    plain = ("title", "title_en", "description", "description_en", "venue", "timezone", "offer_hours")
    times = ("starts_at", "ends_at", "signup_closes_at")
    certificate = ("certificate_grace_minutes", "certificate_number_pattern")
    share = event.certificate_policy.get("peserta", {}).get("share", 0.75)
    return {
        **{name: getattr(event, name) for name in (*plain, *certificate)},
        **{name: wall_text(getattr(event, name), event.timezone) for name in times},
        "weekday": "",
        "consent_text": consent.text,
        "consent_text_en": consent.text_en,
        "topics": "\n".join(event.topics),
        "share_percent": round(share * 100),
        "signatories": "\n".join(f"{person['name']} | {person['title']}" for person in event.signatories),
    }


def _page(event: Event | None, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/event-form.html",
        event=event,
        typed=typed,
        errors=errors,
        labels=labels,
        zones=[(zone, zone) for zone in ZONES],
        weekdays=labels.weekday_options(),
        next_statuses=editing.NEXT[event.status] if event else (),
        field_labels=labels.event_fields(),
    )
