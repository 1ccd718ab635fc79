"""The plain door: one input for a typed code or a keyboard scanner, judged on the server, without any script."""

import uuid
from typing import Any

from flask import Blueprint, render_template, request

from services.checkin import access, words
from services.checkin.models import db
from services.checkin.queries import arrivals
from services.checkin.roster import entries
from services.checkin.scanning.judging import Direction
from services.checkin.scanning.loading import current_schedule
from services.checkin.scanning.scans import Request, take_scans
from services.checkin.schemas.scans import DeskForm
from services.checkin.words.results import result
from shared import clock
from shared.web.access import ORGANISER, who
from shared.web.forms import load

blueprint = Blueprint("desk", __name__, url_prefix="/checkin/console/events/<int:event_id>/door")


@blueprint.get("")
@who(ORGANISER)
def index(event_id: int) -> Any:
    """The input, waiting."""
    return _page(event_id)


@blueprint.post("")
@who(ORGANISER)
def scan(event_id: int) -> Any:
    """Judge what was typed or scanned, and wait for the next."""
    door = access.door(event_id)
    form = load(DeskForm(), request.form)
    if not form["ticket"].strip():
        return _page(event_id, direction=form["direction"])
    # The page has no clock of its own.
    now = clock.now()
    wanted = Request(**{**form, "direction": Direction(form["direction"])}, scanned_at=now)
    with db.transaction() as session:
        access.console_event(session, event_id)
        (answer,), schedule = take_scans(session, door, now, [wanted])
    return _page(event_id, result(answer, schedule), form["direction"], wanted.session_id)


def _page(event_id: int, shown: Any = None, direction: str = "in", chosen: int | None = None) -> str:
    with db.transaction() as session:
        return render_template(
            "checkin/desk.html",
            event=access.console_event(session, event_id),
            schedule=current_schedule(session, event_id),
            result=shown,
            direction=direction,
            chosen=chosen,
            scan_id=uuid.uuid4(),
            counts=arrivals.counts(session, event_id),
            expected=entries.expected(session, event_id),
            last=arrivals.last_scans(session, event_id, 5),
            title_of=words.title_of,
            words=words,
        )
