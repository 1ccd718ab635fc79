"""Breakout groups: draw, lock, move by hand, print."""

import secrets
from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.registration.access import console_event, current_actor, participant_of
from services.registration.groups import assigning
from services.registration.models import Participant, db
from services.registration.schemas.groups import DrawForm, MoveForm
from services.registration.schemas.participants import CompanionForm
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("groups", __name__, url_prefix="/console/events/<int:event_id>/groups")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int, refused: FormErrors | None = None) -> str:
    """The groups as they are."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        people = assigning.eligible(session, event)
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
            partners={partner.id: partner.name for partner in event.partners},
            typed={"groups": count or 6, **(refused.typed if refused else {})},
            errors=refused.errors if refused else {},
            field_labels={"groups": _("Jumlah kelompok"), "seed": _("Angka undian")},
        )


@blueprint.post("/draw")
@who(ORGANISER)
@redisplay(index)
def draw(event_id: int) -> Any:
    """Draw all groups again."""
    given = load(DrawForm(), request.form)
    seed = given["seed"] if given["seed"] is not None else secrets.randbelow(10**6)
    try:
        with db.transaction() as session:
            event = console_event(session, event_id, for_change=True)
            count = assigning.assign(session, current_actor(), event, given["groups"], seed, given["present_only"])
    except assigning.Locked:
        return _locked(event_id)
    message = _("%(count)s orang dibagi. Angka undian: %(seed)s.", count=count, seed=seed)
    return saved(message, "groups.index", event_id=event_id)


@blueprint.post("/move/<uuid:participant_id>")
@who(ORGANISER)
def move(event_id: int, participant_id: UUID) -> Any:
    """Put one person into another group."""
    try:
        with db.transaction() as session:
            event = console_event(session, event_id, for_change=True)
            person = participant_of(session, participant_id, event_id=event_id)
            given = load(MoveForm(), request.form)
            assigning.move(session, current_actor(), event, person.id, given["group"])
    except FormErrors:
        flash(_("Pilih nomor kelompok."), "error")
    except assigning.Locked:
        return _locked(event_id)
    return redirect(url_for("groups.index", event_id=event_id), 303)


@blueprint.post("/companion/<uuid:participant_id>")
@who(ORGANISER)
def companion(event_id: int, participant_id: UUID) -> Any:
    """Store the person that somebody accompanies, by ticket code; empty: none."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        person = participant_of(session, participant_id, event_id=event_id)
        given = load(CompanionForm(), request.form)
        if not assigning.accompany(session, current_actor(), event, person, given["code"]):
            flash(_("Tidak ada peserta dengan kode itu."), "error")
    return redirect(url_for("participants.show", event_id=event_id, participant_id=participant_id), 303)


@blueprint.post("/lock")
@who(ORGANISER)
def lock(event_id: int) -> Any:
    """Lock or unlock the groups."""
    with db.transaction() as session:
        event = console_event(session, event_id, for_change=True)
        assigning.lock(session, current_actor(), event, request.form.get("locked") == "true")
    return redirect(url_for("groups.index", event_id=event_id), 303)


def _locked(event_id: int) -> Any:
    flash(_("Kelompok terkunci. Buka kuncinya dahulu."), "error")
    return redirect(url_for("groups.index", event_id=event_id), 303)
