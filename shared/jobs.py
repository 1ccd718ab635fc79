"""Work that is done later, once: a row with a state and a lease, never a message that must not be lost.

A use case inserts the row in its own transaction. The service's relay hands due rows to Celery; a worker takes the
row, works, and says how it ended. When Redis is wiped or a worker dies, the row is due again by itself. A job that
kills its worker each time ends as ``failed``, where a person sees it and can have it tried again.

    waiting --relay--> handed_out --worker--> running --> done | failed | waiting (again, later)

All times here are real time.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Integer, String, Text, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared import clock
from shared.db import Instant

WAITING, HANDED_OUT, RUNNING, DONE, FAILED = "waiting", "handed_out", "running", "done", "failed"
STATES = (WAITING, HANDED_OUT, RUNNING, DONE, FAILED)

# How long a row that was handed to Celery may stay untaken before it is handed out again (its message is lost).
HAND_OUT_AGAIN = timedelta(seconds=30)
# A bound on duplicates in Redis while a worker is slow.
HANDED_OUT_AT_ONCE = 200
MAX_ATTEMPTS = 8


class JobMixin:
    """Columns that make a row a job. ``id`` is the row's own UUID key; ``due_at`` is when the relay looks again."""

    state: Mapped[str] = mapped_column(String(20), default=WAITING, server_default=WAITING)
    due_at: Mapped[datetime] = mapped_column(Instant, default=clock.real_now)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    last_error: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class _Job(Protocol):
    """A mapped class with JobMixin's columns and a UUID ``id``."""

    id: Any
    state: Any
    due_at: Any
    attempts: Any
    last_error: Any
    finished_at: Any


@dataclass(frozen=True)
class JobKind:
    """Rows of ``model`` are worked on by Celery task ``task`` (which takes the row's id as text) from ``queue``."""

    model: type[Any]
    task: str
    queue: str
    lease: timedelta = timedelta(minutes=2)


def hand_out(session: Session, kind: JobKind, limit: int = HANDED_OUT_AT_ONCE) -> list[UUID]:
    """Take due rows and return the ids to send to Celery. Rows whose worker died too often become ``failed``."""
    model, now = kind.model, clock.real_now()
    unfinished = model.state.in_((WAITING, HANDED_OUT, RUNNING))
    session.execute(
        update(model)
        .where(unfinished, model.due_at <= now, model.attempts >= MAX_ATTEMPTS)
        .values(
            state=FAILED,
            finished_at=now,
            last_error=func.coalesce(model.last_error, "its worker died each time it was tried"),
        )
    )
    outstanding = session.scalar(
        select(func.count()).where(model.state == HANDED_OUT, model.due_at > now).select_from(model)
    )
    due = (
        select(model.id)
        .where(unfinished, model.due_at <= now)
        .order_by(model.due_at)
        .limit(max(0, limit - (outstanding or 0)))
        .with_for_update(skip_locked=True)
    )
    ids: Sequence[UUID] = session.scalars(due).all()
    session.execute(
        update(model).where(model.id.in_(ids)).values(state=HANDED_OUT, due_at=now + HAND_OUT_AGAIN)
    )
    return list(ids)


def take(session: Session, kind: JobKind, job_id: UUID) -> Any | None:
    """The row, now ``running`` under a lease, or None when it is done, somebody else's, or not to be tried yet."""
    model, now = kind.model, clock.real_now()
    return session.scalar(
        update(model)
        .where(model.id == job_id, model.state == HANDED_OUT)
        .values(state=RUNNING, attempts=model.attempts + 1, due_at=now + kind.lease)
        .returning(model)
    )


def renew(session: Session, kind: JobKind, job_id: UUID) -> None:
    """Extend the lease of a long job that is still at work, and forget attempts that got this far."""
    model = kind.model
    session.execute(
        update(model)
        .where(model.id == job_id, model.state == RUNNING)
        .values(due_at=clock.real_now() + kind.lease, attempts=1)
    )


def finish(session: Session, kind: JobKind, job_id: UUID) -> None:
    """The job is done."""
    _set(session, kind, job_id, state=DONE, finished_at=clock.real_now(), last_error=None)


def fail(session: Session, kind: JobKind, job_id: UUID, error: str) -> None:
    """The job cannot succeed; ``error`` is shown to a person."""
    _set(session, kind, job_id, state=FAILED, finished_at=clock.real_now(), last_error=error[:2000])


def try_later(session: Session, kind: JobKind, job: _Job, error: str) -> None:
    """The job hit an error that passes: again with exponential backoff and jitter, or failed after MAX_ATTEMPTS."""
    if job.attempts >= MAX_ATTEMPTS:
        return fail(session, kind, job.id, error)
    delay = min(2.0 ** (job.attempts + 1), 600.0) * random.uniform(0.75, 1.25)
    due_at = clock.real_now() + timedelta(seconds=delay)
    return _set(session, kind, job.id, state=WAITING, due_at=due_at, last_error=error[:2000])


def again(session: Session, kind: JobKind, job_id: UUID) -> bool:
    """A person asks for a finished job to be done again; False when it is not finished (or not there)."""
    model = kind.model
    result = session.execute(
        update(model)
        .where(model.id == job_id, model.state.in_((DONE, FAILED)))
        .values(state=WAITING, due_at=clock.real_now(), attempts=0, finished_at=None)
        .returning(model.id)
    )
    return result.first() is not None


def _set(session: Session, kind: JobKind, job_id: UUID, **values: Any) -> None:
    # Only the holder of the lease calls this; a row that was erased meanwhile is simply not there.
    session.execute(update(kind.model).where(kind.model.id == job_id, kind.model.state == RUNNING).values(**values))


