"""The console's lists: events, an event's participants, its partners; and registering speakers."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from services.registration import audit, events, labels, signup
from services.registration.models import Event, Participant, Partner, SeatPool, db
from services.registration.schemas import Speaker
from shared import settings
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("console", __name__, url_prefix="/console")

PAGE = 200


@blueprint.get("/")
@who(ORGANISER)
def index() -> str:
    """All events."""
    with db.transaction() as session:
        rows = events.for_console(session)
        return render_template("console/index.html", events=rows, labels=labels)


@blueprint.get("/events/<int:event_id>")
@who(ORGANISER)
def event(event_id: int) -> str:
    """An event in figures."""
    with db.transaction() as session:
        shown = console_event(session, event_id)
        statuses = (
            select(Participant.status, func.count())
            .where(Participant.event_id == event_id)
            .group_by(Participant.status)
        )
        counts = {status: count for status, count in session.execute(statuses)}  # noqa: C416
        size, taken = session.execute(
            select(func.sum(SeatPool.size), func.sum(SeatPool.taken)).where(SeatPool.event_id == event_id)
        ).one()
        return render_template("console/event.html", event=shown, counts=counts, size=size, taken=taken, labels=labels)


@blueprint.get("/events/<int:event_id>/participants")
@who(ORGANISER)
def participants(event_id: int) -> str:
    """The people of an event."""
    with db.transaction() as session:
        shown = console_event(session, event_id)
        return _participants_page(session, shown, {"role": "narasumber", "locale": "id"}, {})


@blueprint.post("/events/<int:event_id>/speakers")
@who(ORGANISER)
def add_speaker(event_id: int) -> Any:
    """Register a speaker, moderator or member of the committee (they take no seat), or a participant."""
    typed: dict[str, Any] = request.form.to_dict()
    try:
        details = load(Speaker(), request.form)
        with db.transaction() as session:
            shown = console_event(session, event_id)
            person = signup.register(session, shown, details, "organiser")
            audit.record(session, "participant.registered", person.id, event_id, after={"role": person.role})
        flash(_("%(name)s terdaftar.", name=details["name"]), "success")
        return redirect(url_for("console.participants", event_id=event_id), 303)
    except FormErrors as error:
        errors, typed = error.errors, error.typed
    except signup.AlreadyRegistered:
        errors = {"email": [_("Alamat ini sudah terdaftar untuk acara ini.")]}
    with db.transaction() as session:
        return _participants_page(session, console_event(session, event_id), typed, errors), 422


@blueprint.get("/events/<int:event_id>/partners")
@who(ORGANISER)
def partners(event_id: int) -> str:
    """The partners with their seats and invitation links."""
    with db.transaction() as session:
        shown = console_event(session, event_id)
        links = {partner.id: invite_link(shown, partner) for partner in shown.partners}
        return render_template(
            "console/partners.html", event=shown, links=links, open_pool=events.open_pool(session, event_id)
        )


def console_event(session: Session, event_id: int) -> Event:
    """The event with its partners and agenda, or 404."""
    found = (
        session.get(
            Event,
            event_id,
            options=[selectinload(Event.partners).joinedload(Partner.pool), selectinload(Event.sessions)],
        )
        if event_id < 2**32
        else None
    )
    if found is None:
        abort(404)
    return found


def invite_link(event: Event, partner: Partner) -> str:
    """The address that a partner gives to its people."""
    return settings.public_url(f"/e/{event.slug}?invite={partner.invite_code}")


def _participants_page(session: Session, shown: Event, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    people = session.scalars(
        select(Participant)
        .where(Participant.event_id == shown.id, Participant.erased_at.is_(None))
        .options(joinedload(Participant.partner))
        .order_by(Participant.created_at, Participant.id)
        .limit(PAGE)
    ).all()
    return render_template(
        "console/participants.html",
        event=shown,
        people=people,
        typed=typed,
        errors=errors,
        labels=labels,
        field_labels={"name": _("Nama lengkap"), "email": _("Alamat e-mail"), "role": _("Peran")},
    )
