"""Guests without a registration: a device asks registration for a seat, also after working offline.

The door admits them provisionally. Registration decides whether there is a seat. Its answer and the roster entry may
arrive in any order; the second of them assigns the arrival to the participant.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import outbound
from services.checkin.models import WalkIn
from services.checkin.scanning.scans import Door, corrected_time
from shared import clock


class WalkInRequest(NamedTuple):
    """What a guest at the door said, having agreed to be registered. ``consent_at`` is the device's clock."""

    walk_in_id: UUID
    name: str
    email: str | None
    organisation: str | None
    locale: str
    consent_at: datetime


def request_registration(session: Session, door: Door, device_now: datetime, requests: Iterable[WalkInRequest]) -> int:
    """Ask registration for these guests; returns how many are new. A repeated request is ignored.

    ``device_now`` is the device's own clock: the times of consent are corrected by it.
    """
    received_at = clock.now()
    rows = []
    for each in requests:
        consent_at = corrected_time(each.consent_at, device_now, received_at)
        own = {"event_id": door.event_id, "actor": str(door.actor), "requested_at": consent_at}
        rows.append({**each._asdict(), **own, "consent_at": consent_at})
    if not rows:
        return 0
    statement = insert(WalkIn).on_conflict_do_nothing().returning(WalkIn.walk_in_id)
    new = set(session.scalars(statement, rows))
    outbound.publish_walk_in_requests(session, [WalkIn(**row) for row in rows if row["walk_in_id"] in new])
    return len(new)
