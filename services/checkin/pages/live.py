"""The live page: the numbers of the day, which its script fetches every few seconds."""

import time
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from services.checkin import access, words
from services.checkin.models import Event, db
from services.checkin.queries import arrivals, live
from services.checkin.roster import entries
from services.checkin.scanning.loading import current_schedule
from shared import clock
from shared.i18n import current_locale
from shared.web.access import ORGANISER, who

blueprint = Blueprint("live", __name__, url_prefix="/checkin/console/events/<int:event_id>")


# While people arrive, every request finds something new, and fifty open pages would render all the time and slow down
# the door. A page asks every four seconds; what it gets may be two seconds old.
FRESH_SECONDS = 2.0


class _Kept(NamedTuple):
    version: str
    html: str
    at: float


# The latest fragment by event and language: fifty open pages cost one rendering.
_fragments: dict[tuple[int, str], _Kept] = {}


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int) -> Any:
    """The live page; its script asks for ``fragment`` every few seconds."""
    with db.transaction() as session:
        event = access.console_event(session, event_id)
        kept = _fragment(session, event)
    return render_template(
        "checkin/live.html", event=event, fragment=kept.html, stamp=kept.version, title_of=words.title_of
    )


@blueprint.get("/live")
@who(ORGANISER)
def fragment(event_id: int) -> Any:
    """The part of the live page that changes; 304 when nothing did."""
    access.staff(event_id)
    kept = _fragments.get((event_id, current_locale()))
    if kept is None or time.monotonic() - kept.at >= FRESH_SECONDS:
        with db.transaction() as session:
            kept = _fragment(session, access.console_event(session, event_id))
    response = Response(kept.html)
    response.set_etag(kept.version)
    return response.make_conditional(request)


def _fragment(session: Session, event: Event) -> _Kept:
    event_id, key = event.event_id, (event.event_id, current_locale())
    version, kept, at = live.version(session, event_id), _fragments.get(key), time.monotonic()
    if kept and kept.version == version:
        _fragments[key] = kept._replace(at=at)
        return kept
    if kept:
        # Requests that come while this one renders get the fragment before.
        _fragments[key] = kept._replace(at=at)
    schedule = current_schedule(session, event_id)
    assert schedule is not None
    html = render_template(
        "checkin/live-fragment.html",
        event=event,
        schedule=schedule,
        counts=arrivals.counts(session, event_id),
        expected=entries.expected(session, event_id),
        last=arrivals.last_scans(session, event_id),
        words=words,
        title_of=words.title_of,
        **live.summary(session, event, schedule, clock.now()),
    )
    _fragments[key] = _Kept(version, html, at)
    return _fragments[key]
