"""Creating, changing, copying, publishing and closing an event."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.registration import words
from services.registration.access import console_event, current_actor, for_all_events
from services.registration.events import copying, editing, lookup
from services.registration.events import status as event_status
from services.registration.models import Event, db
from services.registration.schemas.events import ZONES, CopyForm, EventForm, NewEventForm
from services.registration.schemas.fields import wall_text
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("console_events", __name__, url_prefix="/console/events")


@blueprint.get("/new")
@who(ORGANISER)
def new(refused: FormErrors | None = None) -> str:
    """A form for a new event."""
    for_all_events()
    return _page(None, {"timezone": ZONES[0], "share_percent": 75, "certificate_grace_minutes": 15}, refused)


@blueprint.post("/new")
@who(ORGANISER)
@redisplay(new)
def create() -> Any:
    """Create a draft."""
    for_all_events()
    given = load(NewEventForm(), request.form)
    with db.transaction() as session:
        organiser = lookup.first_organiser(session, g.principal.name)
        event = editing.create(session, current_actor(), organiser, given)
    message = _("Rancangan dibuat. Periksa susunan acaranya, lalu buka pendaftaran.")
    return saved(message, "console_events.edit", event_id=event.id)


@blueprint.get("/<int:event_id>/edit")
@who(ORGANISER)
def edit(event_id: int, refused: FormErrors | None = None) -> str:
    """An event in a form."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        return _page(event, _stored(session, event), refused)


@blueprint.post("/<int:event_id>/edit")
@who(ORGANISER)
@redisplay(edit)
def save(event_id: int) -> Any:
    """Save the changes, and publish them to the other services."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        editing.change(session, current_actor(), event, load(EventForm(), request.form))
    return saved(_("Perubahan disimpan."), "console_events.edit", event_id=event_id)


@blueprint.post("/<int:event_id>/status")
@who(ORGANISER)
def status(event_id: int) -> Any:
    """Publish, close, reopen or archive."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        try:
            event_status.change(session, current_actor(), event, request.form.get("status", ""))
        except event_status.NotNext:
            flash(_("Status itu tidak dapat dipilih sekarang."), "error")
    return redirect(url_for("console_events.edit", event_id=event_id), 303)


@blueprint.post("/<int:event_id>/copy")
@who(ORGANISER)
@redisplay(edit)
def copy(event_id: int) -> Any:
    """Copy the event to another day; agenda and windows move along."""
    for_all_events()
    with db.transaction() as session:
        event = console_event(session, event_id)
        made = copying.copy(session, current_actor(), event, load(CopyForm(), request.form)["day"])
    return saved(_("Acara disalin sebagai rancangan."), "console_events.edit", event_id=made.id)


def _stored(session: Session, event: Event) -> dict[str, Any]:
    consent = lookup.consent_text(session, event)
    times = ("starts_at", "ends_at", "signup_closes_at")
    share = event.certificate_policy.get("peserta", {}).get("share", 0.75)
    return {
        **{name: getattr(event, name) for name in (*editing.PLAIN_FIELDS, *editing.CERTIFICATE_FIELDS)},
        **{name: wall_text(getattr(event, name), event.timezone) for name in times},
        "weekday": "",
        "consent_text": consent.text,
        "consent_text_en": consent.text_en,
        "topics": "\n".join(event.topics),
        "share_percent": round(share * 100),
        "signatories": "\n".join(f"{person['name']} | {person['title']}" for person in event.signatories),
    }


def _page(event: Event | None, stored: dict[str, Any], refused: FormErrors | None) -> str:
    return render_template(
        "console/event-form.html",
        event=event,
        typed={**stored, **(refused.typed if refused else {})},
        errors=refused.errors if refused else {},
        words=words,
        zones=[(zone, zone) for zone in ZONES],
        weekdays=words.weekday_options(),
        next_statuses=event_status.NEXT[event.status] if event else (),
        field_labels=words.event_fields(),
    )
