"""People who come without a registration: asked for at the door, also offline; answered by registration.

The door lets them in provisionally. Whether there is a seat is registration's to say; its answer and the roster's row
come in any order, and whichever is second settles the arrival.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import truth
from services.checkin.locking import lock_people, lock_tickets
from services.checkin.models import Attendee, WalkIn
from services.checkin.roster import settle_and_refold
from shared.contracts import WALK_IN_REQUESTED
from shared.delivery.inbox import Facts
from shared.delivery.publish import publish


class WalkInRequest(NamedTuple):
    """What somebody at the door said of themselves, having agreed to be registered. Times are business time."""

    walk_in_id: UUID
    name: str
    email: str | None
    organisation: str | None
    locale: str
    consent_at: datetime


def ask(session: Session, event_id: int, actor: str, requests: Iterable[WalkInRequest]) -> int:
    """Ask registration for these people; a request that came before is not asked again. Returns how many are new."""
    rows = [
        {**each._asdict(), "event_id": event_id, "actor": actor, "requested_at": each.consent_at} for each in requests
    ]
    if not rows:
        return 0
    statement = insert(WalkIn).on_conflict_do_nothing().returning(WalkIn.walk_in_id)
    new = set(session.scalars(statement, rows))
    publish(session, WALK_IN_REQUESTED, [{**row, "version": 1} for row in rows if row["walk_in_id"] in new])
    return len(new)


def take_answers(session: Session, facts: Facts) -> None:
    """Keep what registration answered, and settle the arrivals of whom it registered or refused."""
    lock_tickets(session, (fact["walk_in_id"] for fact in facts))
    lock_people(session, (fact["participant_id"] for fact in facts if fact["participant_id"]))
    people: list[UUID] = []
    refused: dict[int, list[UUID]] = defaultdict(list)
    for fact in facts:
        walk_in = session.get(WalkIn, fact["walk_in_id"])
        if walk_in is None or walk_in.answer_version >= fact["version"]:
            continue
        walk_in.answer_version = fact["version"]
        walk_in.outcome, walk_in.reason = fact["outcome"], fact["reason"]
        walk_in.participant_id = fact["participant_id"]
        walk_in.email = None
        if walk_in.participant_id:
            people.append(walk_in.participant_id)
        else:
            refused[walk_in.event_id].append(walk_in.walk_in_id)
    session.flush()
    for event_id, ids in refused.items():
        truth.refuse(session, event_id, ids)
    rows = session.scalars(select(Attendee).where(Attendee.participant_id.in_(people), Attendee.erased.is_(False)))
    settle_and_refold(session, {row.participant_id: row for row in rows})
