"""Claiming what is due from the outbox, and marking what was taken. All times here are real time."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.delivery.models import Outgoing

BATCH = 500
# What may be under way to one subscriber without its acknowledgement. A subscriber that is down for a day then
# costs this many repeated messages a cycle, not the whole backlog.
IN_FLIGHT = 5_000
FIRST_RESEND = timedelta(seconds=5)
LONGEST_RESEND = timedelta(minutes=5)
# Delivered facts stay readable for the operator this long.
KEPT = timedelta(days=2)


def resend_after(attempts: int) -> timedelta:
    """How long to wait for the acknowledgement of a fact that was sent ``attempts`` times (1, 2, ...)."""
    return min(FIRST_RESEND * 2 ** min(attempts - 1, 10), LONGEST_RESEND)


def claim(session: Session, subscriber: str, limit: int = BATCH) -> list[Outgoing]:
    """Take up to ``limit`` due facts for ``subscriber`` and note when they are due again if nobody acknowledges.

    Rows that another relay is holding are skipped. Returns none while too much is under way.
    """
    now = clock.real_now()
    undelivered = (Outgoing.subscriber == subscriber, Outgoing.delivered_at.is_(None))
    waiting = select(Outgoing.id).where(*undelivered, Outgoing.due_at > now).limit(IN_FLIGHT).subquery()
    room = IN_FLIGHT - (session.scalar(select(func.count()).select_from(waiting)) or 0)
    rows = list(
        session.scalars(
            select(Outgoing)
            .where(*undelivered, Outgoing.due_at <= now)
            .order_by(Outgoing.due_at)
            .limit(max(0, min(limit, room)))
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        row.attempts += 1
        row.due_at = now + resend_after(row.attempts)
    return rows


def give_back(session: Session, ids: Sequence[int], after: timedelta) -> None:
    """What was claimed could not be sent: try again after ``after``, and do not count the attempt."""
    session.execute(
        update(Outgoing)
        .where(Outgoing.id.in_(ids), Outgoing.delivered_at.is_(None))
        .values(due_at=clock.real_now() + after, attempts=func.greatest(Outgoing.attempts - 1, 0))
    )


def acknowledge(session: Session, ids: Sequence[int]) -> None:
    """The subscriber has taken these facts: they need not be sent again."""
    session.execute(
        update(Outgoing)
        .where(Outgoing.id.in_(ids), Outgoing.delivered_at.is_(None))
        .values(delivered_at=clock.real_now())
    )


def purge_delivered(session: Session) -> None:
    """Delete facts that were delivered longer ago than KEPT."""
    session.execute(delete(Outgoing).where(Outgoing.delivered_at < clock.real_now() - KEPT))
