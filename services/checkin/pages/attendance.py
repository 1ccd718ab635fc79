"""Pages for organisers about presence: the live page, the people, and setting a presence right."""

import time
from datetime import datetime
from datetime import time as TimeOfDay
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.checkin import arrivals, callers, corrections, live, people, sentences, truth
from services.checkin.models import Attendee, Event, db
from services.checkin.pages.console import load_event
from services.checkin.schedule import Schedule
from services.checkin.schedule import Session as Agenda
from services.checkin.schemas import CorrectionSchema
from services.checkin.sentences import title_of
from shared import clock
from shared.i18n import current_locale
from shared.web import forms
from shared.web.access import ORGANISER, who

blueprint = Blueprint("attendance", __name__, url_prefix="/checkin/console/events/<int:event_id>")


# While people stream in, every look would find something new, and fifty open pages would render without end beside the
# door. A page asks every four seconds; it may be told what was so two seconds ago.
FRESH_SECONDS = 2.0


class _Kept(NamedTuple):
    stamp: str
    html: str
    at: float


# The last fragment by event and language: fifty open pages cost one rendering.
_fragments: dict[tuple[int, str], _Kept] = {}


@blueprint.get("/")
@who(ORGANISER)
def overview(event_id: int) -> Any:
    """The live page; its script asks for ``fragment`` every few seconds."""
    callers.staff(event_id)
    with db.transaction() as session:
        event = load_event(session, event_id)
        kept = _fragment(session, event)
    return render_template("checkin/live.html", event=event, fragment=kept.html, stamp=kept.stamp, title_of=title_of)


@blueprint.get("/live")
@who(ORGANISER)
def fragment(event_id: int) -> Any:
    """What changes on the live page; 304 when nothing did."""
    callers.staff(event_id)
    kept = _fragments.get((event_id, current_locale()))
    if kept is None or time.monotonic() - kept.at >= FRESH_SECONDS:
        with db.transaction() as session:
            kept = _fragment(session, load_event(session, event_id))
    headers = {"ETag": f'"{kept.stamp}"'}
    if request.if_none_match.contains(kept.stamp):
        return Response(status=304, headers=headers)
    return Response(kept.html, headers=headers)


@blueprint.get("/people")
@who(ORGANISER)
def people_list(event_id: int) -> Any:
    """Everybody on the roster, to search and to open."""
    callers.staff(event_id)
    words = request.args.get("q", "").replace("\x00", "")[:100]
    with db.transaction() as session:
        event = load_event(session, event_id)
        found = people.search(session, event_id, words)
        return render_template(
            "checkin/people.html", event=event, people=found, words=words, most=people.MOST, title_of=title_of
        )


@blueprint.get("/people/<uuid:participant_id>")
@who(ORGANISER)
def person(event_id: int, participant_id: UUID) -> Any:
    """One person's scans and presence, and the form to set it right."""
    callers.staff(event_id)
    return _person_page(event_id, participant_id)


@blueprint.post("/people/<uuid:participant_id>/corrections")
@who(ORGANISER)
def correct(event_id: int, participant_id: UUID) -> Any:
    """Set one presence right, with a reason."""
    actor = callers.staff(event_id)
    try:
        data = forms.load(CorrectionSchema(), request.form)
    except forms.FormErrors as error:
        return _person_page(event_id, participant_id, error.errors, error.typed), 422
    with db.transaction() as session:
        found, schedule = _found(session, event_id, participant_id)
        agenda = schedule.session(data["session_id"])
        if agenda is None:
            abort(404)
        arrived_at, left_at = (_instant(data[name], agenda, schedule) for name in ("arrived", "left"))
        if left_at and (arrived_at is None or left_at < arrived_at):
            message = _("Waktu keluar harus sesudah waktu datang.")
            return _person_page(event_id, participant_id, {"left": [message]}, dict(request.form)), 422
        corrections.correct(session, found, agenda.id, arrived_at, left_at, data["reason"], actor)
    flash(_("Kehadiran dibetulkan."), "success")
    return redirect(url_for("attendance.person", event_id=event_id, participant_id=participant_id))


@blueprint.post("/people/<uuid:participant_id>/corrections/<int:session_id>/withdraw")
@who(ORGANISER)
def withdraw(event_id: int, participant_id: UUID, session_id: int) -> Any:
    """Let the scans speak again."""
    actor = callers.staff(event_id)
    with db.transaction() as session:
        found, _schedule = _found(session, event_id, participant_id)
        try:
            corrections.withdraw(session, found, session_id, actor)
        except corrections.NotOnRoster:
            abort(404)
    flash(_("Kehadiran kembali menurut pemindaian."), "success")
    return redirect(url_for("attendance.person", event_id=event_id, participant_id=participant_id))


def _fragment(session: Any, event: Event) -> _Kept:
    event_id, key = event.event_id, (event.event_id, current_locale())
    stamp, kept, at = live.stamp(session, event_id), _fragments.get(key), time.monotonic()
    if kept and kept.stamp == stamp:
        _fragments[key] = kept._replace(at=at)
        return kept
    if kept:
        # Who asks while this one renders gets the one before.
        _fragments[key] = kept._replace(at=at)
    schedule = truth.current_schedule(session, event_id)
    assert schedule is not None
    now = clock.now()
    html = render_template(
        "checkin/live-fragment.html",
        event=event,
        schedule=schedule,
        counts=arrivals.counts(session, event_id),
        expected=arrivals.expected(session, event_id),
        last=arrivals.last_scans(session, event_id),
        words=sentences,
        title_of=title_of,
        **live.everything(session, event, schedule, now),
    )
    _fragments[key] = _Kept(stamp, html, at)
    return _fragments[key]


def _person_page(event_id: int, participant_id: UUID, errors: Any = None, typed: Any = None) -> str:
    with db.transaction() as session:
        found, schedule = _found(session, event_id, participant_id)
        return render_template(
            "checkin/person.html",
            event=load_event(session, event_id),
            person=found,
            schedule=schedule,
            presence=people.presence(session, participant_id),
            corrections=people.corrections(session, participant_id),
            scans=people.scans(session, participant_id),
            errors=errors or {},
            typed=typed or {},
            words=sentences,
            title_of=title_of,
        )


def _found(session: Any, event_id: int, participant_id: UUID) -> tuple[Attendee, Schedule]:
    found, schedule = people.find(session, event_id, participant_id), truth.current_schedule(session, event_id)
    if found is None or schedule is None:
        abort(404)
    return found, schedule


def _instant(at: TimeOfDay | None, agenda: Agenda, schedule: Schedule) -> datetime | None:
    """A time of day on the session's day, in the event's zone."""
    if at is None:
        return None
    day = agenda.starts_at.astimezone(ZoneInfo(schedule.timezone))
    return day.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)
