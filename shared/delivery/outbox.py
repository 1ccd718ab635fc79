"""Claiming what is due from the outbox, and marking what was taken. All times here are real time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, func, literal, select, text, update
from sqlalchemy.orm import Session

from shared import clock
from shared.delivery.models import Outgoing

BATCH = 500
# How long to wait for an acknowledgement before a fact is sent again: doubled each time, up to the longest.
FIRST_RESEND = timedelta(seconds=5)
LONGEST_RESEND = timedelta(minutes=1)
# Delivered facts stay readable for the operator this long.
KEPT = timedelta(days=2)


def claim(session: Session, subscriber: str, limit: int = BATCH) -> Sequence[Row[Any]]:
    """Take up to ``limit`` due facts for ``subscriber``: rows with id, type, payload, request_id and attempts.

    Each is noted as due again, for the case that nobody acknowledges it. Rows that another relay holds are skipped.
    """
    now = clock.real_now()
    due = (
        select(Outgoing.id)
        .where(Outgoing.subscriber == subscriber, Outgoing.delivered_at.is_(None), Outgoing.due_at <= now)
        .order_by(Outgoing.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    seconds = func.least(
        FIRST_RESEND.total_seconds() * func.power(2, func.least(Outgoing.attempts, 30)),
        LONGEST_RESEND.total_seconds(),
    )
    claimed = (
        update(Outgoing)
        .where(Outgoing.id.in_(due))
        .values(attempts=Outgoing.attempts + 1, due_at=literal(now) + seconds * text("interval '1 second'"))
        .returning(Outgoing.id, Outgoing.type, Outgoing.payload, Outgoing.request_id, Outgoing.attempts)
    )
    return session.execute(claimed, execution_options={"synchronize_session": False}).all()


def acknowledge(session: Session, subscriber: str, ids: Sequence[int]) -> None:
    """``subscriber`` has taken these facts: they need not be sent again."""
    session.execute(
        update(Outgoing)
        .where(Outgoing.id.in_(ids), Outgoing.subscriber == subscriber, Outgoing.delivered_at.is_(None))
        .values(delivered_at=clock.real_now()),
        execution_options={"synchronize_session": False},
    )


def purge_delivered(session: Session) -> None:
    """Delete facts that were delivered longer ago than KEPT."""
    session.execute(delete(Outgoing).where(Outgoing.delivered_at < clock.real_now() - KEPT))
