"""Heartbeats that travel like the work, through each queue, so that a worker that runs but does nothing is noticed.

The relay puts a heartbeat into every queue of its service; the worker of that queue stores when it arrived. The
relay stores its own in each round, and the beat's goes through the queue of messages. All times here
are real time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import clock, queues
from shared.delivery.models import Heartbeat

EVERY_SECONDS = 5.0
# A heartbeat this old means that something is wrong: no task may take so long (shared/worker.py).
STALE_AFTER = timedelta(seconds=120)
RELAY, BEAT = queues.RELAY_HEARTBEAT, queues.BEAT_HEARTBEAT


def expected(service: str) -> tuple[str, ...]:
    """The names of the heartbeats that a service has: its relay, the beat, and each of its queues."""
    return (RELAY, BEAT, *queues.served_by(service))


def record(session: Session, name: str) -> None:
    """Store that ``name`` is alive now."""
    row = {"name": name, "at": clock.real_now()}
    session.execute(insert(Heartbeat).values(row).on_conflict_do_update(index_elements=["name"], set_=row))


def last_seen(session: Session, service: str) -> Mapping[str, datetime | None]:
    """When each heartbeat of the service last arrived; None for one that never did."""
    rows = {row.name: row.at for row in session.scalars(select(Heartbeat))}
    return {name: rows.get(name) for name in expected(service)}


def silent(session: Session, service: str, names: Sequence[str]) -> list[str]:
    """Those of ``names`` whose last heartbeat is missing or older than STALE_AFTER. Raises KeyError for a stranger."""
    seen, now = last_seen(session, service), clock.real_now()
    return [name for name in names if (at := seen[name]) is None or now - at > STALE_AFTER]
