"""Work that is done later, once: a row with a state and a lease, never a message that must not be lost.

A use case inserts the row in its own transaction. The service's relay hands due rows to Celery; a worker takes the
row, works, and says how it ended. When Redis is wiped or a worker dies, the row is due again by itself. A job that
kills its worker each time ends as ``failed``, where a person sees it and can have it tried again.

    waiting --relay--> handed_out --worker--> running --> done | failed | waiting (again, later)

All times here are real time.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import Index, Integer, String, Text, case, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared import clock, log, settings
from shared.db import Database, Instant, describe, is_transient

logger = structlog.get_logger()

WAITING, HANDED_OUT, RUNNING, DONE, FAILED = "waiting", "handed_out", "running", "done", "failed"
STATES = (WAITING, HANDED_OUT, RUNNING, DONE, FAILED)

# How long a row that was handed to Celery may stay untaken before it is handed out again (its message is lost).
HAND_OUT_AGAIN = timedelta(seconds=30)
_UNLIMITED = 1_000_000
# How long a worker tries to store how a job ended while the database is away. Well below every lease.
STORE_SECONDS = 30.0
# How long to wait after trouble that passes: doubled each time, up to the longest.
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)

# Celery node name of this process, once it is a worker.
_node: str | None = None


class JobMixin:
    """Columns that make a row a job. ``id`` is the row's own UUID key; ``due_at`` is when the relay looks again."""

    state: Mapped[str] = mapped_column(String(20), default=WAITING, server_default=WAITING)
    due_at: Mapped[datetime] = mapped_column(Instant, default=clock.real_now)
    # When somebody asked for it (again), for its age.
    asked_at: Mapped[datetime] = mapped_column(Instant, default=clock.real_now)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    last_error: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    # The worker that runs it, by its Celery node name, so that it can take up what it was doing when it died.
    held_by: Mapped[str | None] = mapped_column(String(120))
    # The web request that it goes back to, for the logs.
    request_id: Mapped[str | None] = mapped_column(String(32), default=log.request_id)


def due_index(table: str) -> Index:
    """The index by which the relay finds due rows; give it to the model's ``__table_args__``."""
    unfinished = text("state IN ('waiting', 'handed_out', 'running')")
    return Index(f"ix_{table}_due", "due_at", postgresql_where=unfinished)


class Job(Protocol):
    """A mapped class with JobMixin's columns and a UUID ``id``."""

    id: Any
    state: Any
    due_at: Any
    attempts: Any
    last_error: Any
    finished_at: Any
    request_id: Any


@dataclass(frozen=True)
class JobKind:
    """Rows of ``model`` are worked on by Celery task ``task`` (which takes the row's id as text) from ``queue``.

    ``lease`` is longer than a task may work, unless the work ``renews`` it on its way. ``rate_setting`` names the
    environment variable that says how many may be done in a minute; unset means as many as can.
    """

    model: type[Any]
    task: str
    queue: str
    lease: timedelta = timedelta(minutes=2)
    max_attempts: int = 8
    renews: bool = False
    rate_setting: str = ""


class Transient(Exception):
    """Work failed for a reason that passes by itself; its text says which."""


class Permanent(Exception):
    """Work failed for a reason that trying again does not change; its text is shown to a person."""


def hand_out(session: Session, kind: JobKind, limit: int) -> list[UUID]:
    """Take up to ``limit`` due rows and return the ids to send to Celery.

    Rows whose worker died too often become ``failed``.
    """
    model, now = kind.model, clock.real_now()
    unfinished = model.state.in_((WAITING, HANDED_OUT, RUNNING))
    session.execute(
        update(model)
        .where(unfinished, model.due_at <= now, model.attempts >= kind.max_attempts)
        .values(
            state=FAILED,
            finished_at=now,
            last_error=func.coalesce(model.last_error, "its worker died each time it was tried"),
        )
    )
    due = (
        select(model.id)
        .where(unfinished, model.due_at <= now)
        .order_by(model.due_at)
        .limit(min(limit, _allowance(session, kind)))
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(model)
        .where(model.id.in_(due))
        .values(state=HANDED_OUT, due_at=now + HAND_OUT_AGAIN)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(taken))


def _allowance(session: Session, kind: JobKind) -> int:
    """How many more the rate lets be handed out: what is under way counts, and what ended in the last minute."""
    per_minute = settings.optional(kind.rate_setting) if kind.rate_setting else ""
    if not per_minute:
        return _UNLIMITED
    model = kind.model
    under_way = model.state.in_((HANDED_OUT, RUNNING)) & (model.due_at > clock.real_now())
    lately = model.finished_at > clock.real_now() - timedelta(minutes=1)
    counted = session.scalar(select(func.count()).select_from(model).where(under_way | lately)) or 0
    return max(0, int(per_minute) - counted)


def claim(session: Session, kind: JobKind, job_id: UUID) -> Any | None:
    """The row, now ``running`` under a lease, or None when it is done, somebody else's, or not to be tried yet."""
    model, now = kind.model, clock.real_now()
    return session.scalar(
        update(model)
        .where(model.id == job_id, model.state == HANDED_OUT)
        .values(state=RUNNING, attempts=model.attempts + 1, due_at=now + kind.lease, held_by=_node)
        .returning(model)
    )


def register_worker(db: Database, kinds: Sequence[JobKind], node: str) -> int:
    """This process is the worker ``node`` from now on; what the one before it died over is due again at once.

    Node names are unique, as Celery wants them. Returns how many jobs were left behind. Without this they would be
    due when their lease ends.
    """
    global _node
    _node = node
    left, now = 0, clock.real_now()
    with db.transaction() as session:
        for kind in kinds:
            model = kind.model
            orphaned = update(model).where(model.state == RUNNING, model.held_by == node)
            released = session.scalars(
                orphaned.values(
                    state=WAITING,
                    # Twice at once: a worker may be killed. One that dies each time comes back later and later.
                    due_at=case((model.attempts <= 2, now), else_=now + LONGEST_RETRY / 15 * (model.attempts - 2)),
                    last_error=func.coalesce(model.last_error, "its worker died, or the work took too long"),
                    held_by=None,
                ).returning(model.id)
            ).all()
            left += len(released)
    return left


def renew(session: Session, kind: JobKind, job: Job) -> bool:
    """Extend the lease of a long job that is still at work; False when the lease was lost to another worker."""
    due_at = clock.real_now() + kind.lease
    held = _set(session, kind, job, due_at=due_at)
    if held:
        job.due_at = due_at
    return held


def finish(session: Session, kind: JobKind, job: Job) -> bool:
    """The job is done. False when the lease was lost to another worker meanwhile."""
    return _set(session, kind, job, state=DONE, finished_at=clock.real_now(), last_error=None)


def fail(session: Session, kind: JobKind, job: Job, error: str) -> bool:
    """The job cannot succeed; ``error`` is shown to a person."""
    return _set(session, kind, job, state=FAILED, finished_at=clock.real_now(), last_error=error[:2000])


def try_later(session: Session, kind: JobKind, job: Job, error: str) -> bool:
    """The job hit an error that passes: again with exponential backoff and jitter, or failed after max_attempts."""
    if job.attempts >= kind.max_attempts:
        return fail(session, kind, job, error)
    delay = min(FIRST_RETRY * 2 ** min(job.attempts - 1, 20), LONGEST_RETRY) * random.uniform(0.75, 1.25)
    return _set(session, kind, job, state=WAITING, due_at=clock.real_now() + delay, last_error=error[:2000])


def run(db: Database, kind: JobKind, job_id: UUID, work: Callable[[Any], None]) -> None:
    """Take the job, call ``work`` with its row, and store how it ended.

    ``work`` opens its own transactions (none is open while it runs, so that it may speak to slow servers). It raises
    Transient for what passes by itself, Permanent for what does not. Any other error is a defect: the job fails
    visibly instead of failing again for hours. A job that is done, taken or gone does nothing.
    """
    with db.transaction() as session:
        job = claim(session, kind, job_id)
    if job is None:
        return
    with log.on_behalf_of(job.request_id):
        end = _work(kind, job, work)
        held = _store(db, end)
        # One line for each try, however it ended; the reason is kept in the row, for it may quote people's data.
        logger.info(
            "job-tried", task=kind.task, id=str(job_id), attempt=job.attempts, ended=end.func.__name__, held=held
        )


def _store(db: Database, end: partial[bool]) -> bool:
    """Store how a job ended, also when the database is away for a moment: the work (a mail that was sent) is done."""
    until = time.monotonic() + STORE_SECONDS
    while True:
        try:
            with db.transaction() as session:
                return end(session)
        except DBAPIError as error:
            if not is_transient(error) or time.monotonic() > until:
                raise
            logger.warning("job-end-not-stored-yet", error=describe(error))
            time.sleep(0.5)


def _work(kind: JobKind, job: Any, work: Callable[[Any], None]) -> partial[bool]:
    """Do the work; returns what is to be stored of how it ended."""
    try:
        work(job)
    except Transient as error:
        return partial(try_later, kind=kind, job=job, error=str(error))
    except Permanent as error:
        return partial(fail, kind=kind, job=job, error=str(error))
    except Exception as error:
        logger.exception("job-defect", task=kind.task, id=str(job.id))
        return partial(try_later if is_transient(error) else fail, kind=kind, job=job, error=describe(error))
    return partial(finish, kind=kind, job=job)


def retry(session: Session, kind: JobKind, job_id: UUID) -> bool:
    """A person asks for a finished job to be done again; False when it is not finished (or not there)."""
    model = kind.model
    result = session.execute(
        update(model)
        .where(model.id == job_id, model.state.in_((DONE, FAILED)))
        .values(state=WAITING, due_at=clock.real_now(), asked_at=clock.real_now(), attempts=0, finished_at=None)
        .returning(model.id)
    )
    return result.first() is not None


def _set(session: Session, kind: JobKind, job: Job, **values: Any) -> bool:
    # The lease's end is the fence: a worker that lost its lease must not end the job of the one that has it now.
    model = kind.model
    held = (model.id == job.id, model.state == RUNNING, model.due_at == job.due_at)
    return session.execute(update(model).where(*held).values(**values).returning(model.id)).first() is not None
