"""The plain door: one input for a typed code or a keyboard scanner, judged on the server, without any script."""

import uuid
from typing import Any

from flask import Blueprint, render_template, request

from services.checkin import arrivals, callers, scanning, sentences, truth
from services.checkin.models import db
from services.checkin.pages.console import load_event
from services.checkin.schemas import staff_scan
from services.checkin.sentences import title_of
from shared import clock
from shared.web.access import ORGANISER, who

blueprint = Blueprint("door", __name__, url_prefix="/checkin")


@blueprint.get("/console/events/<int:event_id>/door")
@who(ORGANISER)
def desk(event_id: int) -> Any:
    """The input, waiting."""
    callers.staff(event_id)
    return _page(event_id)


@blueprint.post("/console/events/<int:event_id>/door")
@who(ORGANISER)
def scan(event_id: int) -> Any:
    """Judge what was typed or scanned, and wait for the next."""
    callers.staff(event_id)
    ticket = request.form.get("ticket", "")
    direction = "out" if request.form.get("direction") == "out" else "in"
    if not ticket.strip():
        return _page(event_id, direction=direction)
    now = clock.now()
    wanted = staff_scan(ticket[:7089], _scan_id(), now, direction, _session_id())
    with db.transaction() as session:
        load_event(session, event_id)
        (answer,), schedule = scanning.take_scans(session, callers.door(event_id), now, [wanted])
    result = sentences.result(answer.scan, answer.attendee, schedule)
    return _page(event_id, result, direction, wanted.session_id)


def _page(event_id: int, result: Any = None, direction: str = "in", chosen: int | None = None) -> str:
    with db.transaction() as session:
        event, schedule = load_event(session, event_id), truth.current_schedule(session, event_id)
        return render_template(
            "checkin/desk.html",
            event=event,
            schedule=schedule,
            result=result,
            direction=direction,
            chosen=chosen,
            scan_id=uuid.uuid4(),
            counts=arrivals.counts(session, event_id),
            expected=arrivals.expected(session, event_id),
            last=arrivals.last_scans(session, event_id, 5),
            title_of=title_of,
            words=sentences,
        )


def _scan_id() -> uuid.UUID:
    # The page carries the id, so that a form sent twice is one scan.
    try:
        return uuid.UUID(request.form.get("scan_id", ""))
    except ValueError:
        return uuid.uuid4()


def _session_id() -> int | None:
    value = request.form.get("session_id", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
