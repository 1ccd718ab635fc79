"""Claiming what is due from the outbox, and marking what was taken. All times here are real time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from shared import clock
from shared.chores import delete_some
from shared.delivery.models import Outgoing

BATCH = 500
# How long to wait for an acknowledgement before a fact is sent again: doubled each time, up to the longest.
FIRST_RESEND = timedelta(seconds=5)
LONGEST_RESEND = timedelta(minutes=1)
# Delivered facts stay readable for the operator this long.
KEPT = timedelta(days=2)


def claim(session: Session, subscriber: str, limit: int = BATCH) -> Sequence[Row[Any]]:
    """Take up to ``limit`` due facts for ``subscriber``: rows with id, type, payload (JSON text), request_id, attempts.

    Each is noted as due again, for the case that nobody acknowledges it. Rows that another relay holds are skipped.
    """
    values = {
        "subscriber": subscriber,
        "now": clock.real_now(),
        "limit": limit,
        "first": FIRST_RESEND.total_seconds(),
        "longest": LONGEST_RESEND.total_seconds(),
    }
    return session.execute(_CLAIM, values).all()


# The payload stays text all the way to the receiver: the relay has no use for what it says.
_CLAIM = text(
    """
    UPDATE outbox
    SET attempts = attempts + 1,
        due_at = :now + least(:first * power(2, least(attempts, 30)), :longest) * interval '1 second'
    WHERE id IN (
        SELECT id FROM outbox
        WHERE subscriber = :subscriber AND delivered_at IS NULL AND due_at <= :now
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING id, type, cast(payload AS text) AS payload, request_id, attempts
    """
)


def acknowledge(session: Session, subscriber: str, ids: Sequence[int]) -> None:
    """``subscriber`` has taken these facts: they need not be sent again."""
    session.execute(_ACKNOWLEDGE, {"subscriber": subscriber, "ids": [*ids], "now": clock.real_now()})


_ACKNOWLEDGE = text(
    """
    UPDATE outbox SET delivered_at = :now
    WHERE id = ANY(:ids) AND subscriber = :subscriber AND delivered_at IS NULL
    """
)


def purge_delivered(session: Session, limit: int) -> int:
    """Delete up to ``limit`` facts that were delivered longer ago than KEPT; returns how many."""
    return delete_some(session, Outgoing, limit, Outgoing.delivered_at < clock.real_now() - KEPT)
