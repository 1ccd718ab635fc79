"""What the organiser's pages share."""

from flask import abort, g, request
from sqlalchemy.orm import Session

from services.certificates.models import Event
from shared.web.access import ORGANISER, must


def own_event(session: Session, event_id: int) -> Event:
    """The event, when it is there and this organiser's; else the request ends with 404 or 403."""
    must(g.principal.may(ORGANISER, event_id))
    row = session.get(Event, event_id) if event_id < 2**31 else None
    return row or abort(404)


def uploaded(name: str) -> bytes:
    """The content of an uploaded file, empty when there is none; its temporary file is closed."""
    file = request.files.get(name)
    if file is None:
        return b""
    with file.stream:
        return file.read()
