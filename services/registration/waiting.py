"""The waiting list, as far as time moves it."""

from services.registration import seats
from services.registration.cancelling import hand_on
from services.registration.models import Event
from shared.db import Database


def serve_all(db: Database) -> None:
    """Hand out every free seat that somebody waits for.

    Seats are handed on when they are freed; this finds what was freed otherwise (a larger pool, a released one).
    """
    with db.transaction() as session:
        pools = seats.pools_with_people_waiting(session)
    for event_id, partner_id in pools:
        with db.transaction() as session:
            event = session.get(Event, event_id)
            assert event is not None
            hand_on(session, event, seats.lock_pool(session, event_id, partner_id).id)
