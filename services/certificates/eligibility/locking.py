"""The order of locks in certificates: events, then participants, then what is decided and issued about them.

A change of any of them makes the tick check again who is due, and so locks the event: whoever needs it at the end takes
it at the beginning.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates.models import Event


def lock_events(session: Session, event_ids: Iterable[int]) -> list[Event]:
    """The events as they are now, those that are known here, locked until the transaction ends."""
    locked = select(Event).where(Event.event_id.in_(event_ids)).order_by(Event.event_id).with_for_update()
    return list(session.scalars(locked.execution_options(populate_existing=True)))
