"""Breakout groups: draw, lock, move by hand, print."""

import secrets
from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.registration import groups
from services.registration.models import Event, Participant, db
from services.registration.pages.console.common import console_event, person_of
from services.registration.publishing import partner_names
from services.registration.schemas_console import CompanionForm, DrawForm, MoveForm
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("groups", __name__, url_prefix="/console/events/<int:event_id>/groups")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int) -> str:
    """The groups as they are."""
    with db.transaction() as session:
        return _page(session, console_event(session, event_id), {}, {})


@blueprint.post("/draw")
@who(ORGANISER)
def draw(event_id: int) -> Any:
    """Draw all groups anew."""
    try:
        given = load(DrawForm(), request.form)
        with db.transaction() as session:
            event = console_event(session, event_id)
            seed = given["seed"] if given["seed"] is not None else secrets.randbelow(10**6)
            count = groups.assign(session, event, given["groups"], seed, given["present_only"])
        flash(_("%(count)s orang dibagi. Angka undian: %(seed)s.", count=count, seed=seed), "success")
    except FormErrors as error:
        with db.transaction() as session:
            return _page(session, console_event(session, event_id), error.typed, error.errors), 422
    except groups.Locked:
        _say_locked()
    return _back(event_id)


@blueprint.post("/move/<uuid:participant_id>")
@who(ORGANISER)
def move(event_id: int, participant_id: UUID) -> Any:
    """Put one person into another group."""
    try:
        given = load(MoveForm(), request.form)
        with db.transaction() as session:
            event = console_event(session, event_id)
            groups.move(session, event, person_of(session, participant_id, event_id=event_id).id, given["group"])
    except FormErrors:
        flash(_("Pilih nomor kelompok."), "error")
    except groups.Locked:
        _say_locked()
    return _back(event_id)


@blueprint.post("/companion/<uuid:participant_id>")
@who(ORGANISER)
def companion(event_id: int, participant_id: UUID) -> Any:
    """Say whom somebody accompanies, by ticket code; empty: nobody."""
    given = load(CompanionForm(), request.form)
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = person_of(session, participant_id, event_id=event_id)
        if not groups.accompany(session, event, person, given["code"]):
            flash(_("Tidak ada peserta dengan kode itu."), "error")
    return redirect(url_for("participants.show", event_id=event_id, participant_id=participant_id), 303)


@blueprint.post("/lock")
@who(ORGANISER)
def lock(event_id: int) -> Any:
    """Fix the groups, or free them."""
    with db.transaction() as session:
        groups.lock(session, console_event(session, event_id), request.form.get("locked") == "true")
    return _back(event_id)


def _say_locked() -> None:
    flash(_("Kelompok terkunci. Buka kuncinya dahulu."), "error")


def _back(event_id: int) -> Any:
    return redirect(url_for("groups.index", event_id=event_id), 303)


def _page(session: Session, event: Event, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    people = groups.everybody(session, event)
    by_group: dict[int, list[Participant]] = defaultdict(list)
    for person in sorted(people, key=lambda person: (person.name or "").lower()):
        by_group[person.group_number or 0].append(person)
    without = by_group.pop(0, [])
    count = max([*by_group, len(event.topics)], default=0)
    return render_template(
        "console/groups.html",
        event=event,
        groups=[(number, by_group.get(number, [])) for number in range(1, count + 1)],
        without=without,
        partners=partner_names(session, people),
        typed={"groups": count or 6, **typed},
        errors=errors,
        field_labels={"groups": _("Jumlah kelompok"), "seed": _("Angka undian")},
    )
