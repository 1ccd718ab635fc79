"""Publishing, closing, reopening and archiving an event."""

from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Event
from services.registration.models.events import ARCHIVED, CLOSED, DRAFT, PUBLISHED
from services.registration.outbound import publish_event
from shared.actors import Actor

# Which status may follow which.
NEXT = {
    DRAFT: (PUBLISHED, ARCHIVED),
    PUBLISHED: (CLOSED,),
    CLOSED: (PUBLISHED, ARCHIVED),
    ARCHIVED: (CLOSED,),
}


class NotNext(ValueError):
    """The event cannot change from its status to that one."""


def change(session: Session, actor: Actor, event: Event, status: str) -> None:
    """Publish, close, reopen or archive. Raises NotNext."""
    if status not in NEXT[event.status]:
        raise NotNext(status)
    before, event.status = event.status, status
    publish_event(session, event)
    audit.record(
        session,
        actor,
        f"event.{status}",
        event.id,
        event_id=event.id,
        before={"status": before},
        after={"status": status},
    )
