"""Two sample services: ``sender`` owns things, ``receiver`` keeps a copy of them.

They are wired as the real ones are, so that delivery and jobs are tested without business code.
"""

import os
import signal
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

from marshmallow import fields
from sqlalchemy import CheckConstraint, Integer, String, Table, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared import clock as clock
from shared import jobs
from shared.contracts import CONTRACTS, Contract, Fact
from shared.db import Database, metadata
from shared.delivery import tasks
from shared.delivery.copies import upsert_newer
from shared.delivery.models import DeliveryBase
from shared.delivery.publish import publish
from shared.fields import Text
from shared.log import on_behalf_of as on_behalf_of
from shared.mail.models import MailBase
from shared.worker import make_celery

sender_db, receiver_db = Database("sender"), Database("receiver")


class ThingChanged(Fact):
    thing_id = fields.Integer(required=True, strict=True)
    text = Text(required=True)


THING = Contract("sender.thing-changed.v1", "sender", ("receiver",), ("thing_id",), ThingChanged())
# A second kind, which the receiver does not handle.
GHOST = Contract("sender.ghost-changed.v1", "sender", ("receiver",), ("thing_id",), ThingChanged())


@contextmanager
def contracts() -> Iterator[None]:
    """The tests' contracts are known inside."""
    CONTRACTS.update({contract.type: contract for contract in (THING, GHOST)})
    try:
        yield
    finally:
        for contract in (THING, GHOST):
            del CONTRACTS[contract.type]


class SenderBase(DeclarativeBase):
    metadata = metadata()


class ReceiverBase(DeclarativeBase):
    metadata = metadata()


class Work(jobs.JobMixin, SenderBase):
    """A job. ``does``: how it goes. ``tries``: how often it was started."""

    __tablename__ = "work"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    does: Mapped[str] = mapped_column(String(40))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    __table_args__ = (jobs.due_index("work"),)


WORK = jobs.JobKind(Work, "sender.work", "sender.work", lease=timedelta(seconds=1), max_attempts=2)


class Thing(ReceiverBase):
    """The receiver's copy. Its constraint refuses what no schema can know to be wrong."""

    __tablename__ = "things"
    thing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(String(200))
    __table_args__ = (CheckConstraint("text <> 'refused'", name="not_refused"),)


def copy_things(session: Session, facts: Any) -> None:
    """The receiver's handler."""
    if any(fact["text"] == "deadly" for fact in facts):
        os.kill(os.getpid(), signal.SIGKILL)
    if any(fact["text"] == "slow" for fact in facts):
        time.sleep(60)
    upsert_newer(session, cast(Table, Thing.__table__), ("thing_id",), facts)


def copy_things_unchecked(session: Session, facts: Any) -> None:
    """The control: the same without comparing versions."""
    for fact in facts:
        session.merge(Thing(**fact))
    session.flush()


HANDLERS = {THING.type: copy_things}

sender_celery, receiver_celery = make_celery("sender"), make_celery("receiver")
tasks.register(sender_celery, sender_db, {})
tasks.register(receiver_celery, receiver_db, HANDLERS)


@sender_celery.task(name=WORK.task)
def work(job_id: str) -> None:
    jobs.run(sender_db, WORK, uuid.UUID(job_id), _work)


def _work(job: Work) -> None:
    with sender_db.transaction() as session:
        session.get_one(Work, job.id).tries += 1
    if job.does == "deadly" or (job.does == "deadly-once" and job.attempts == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if job.does == "brief":
        time.sleep(0.2)
    if job.does == "slow-once" and job.attempts == 1:
        time.sleep(30)
    if job.does == "transient-once" and job.attempts == 1:
        raise jobs.Transient("not now")
    if job.does == "permanent":
        raise jobs.Permanent("never")


TABLES = ((sender_db, (DeliveryBase, MailBase, SenderBase)), (receiver_db, (DeliveryBase, ReceiverBase)))


def create_tables() -> None:
    """Create all tables in both databases again, empty."""
    for db, bases in TABLES:
        for base in bases:
            base.metadata.drop_all(db.engine)
            base.metadata.create_all(db.engine)


def empty_tables() -> None:
    """Delete every row in both databases."""
    for db, bases in TABLES:
        with db.transaction() as session:
            for base in bases:
                for table in base.metadata.sorted_tables:
                    session.execute(table.delete())


def publish_things(
    versions: dict[int, int] | range,
    text: str = "hello",
    deadly: Collection[int] = (),
    slow: Collection[int] = (),
) -> None:
    """The sender publishes things: {thing id: version}, or version 1 of a range of ids.

    The receiver dies of the ``deadly`` ones, and works for a minute on the ``slow`` ones.
    """
    versions = versions if isinstance(versions, dict) else dict.fromkeys(versions, 1)
    texts = {**dict.fromkeys(deadly, "deadly"), **dict.fromkeys(slow, "slow")}
    with sender_db.transaction() as session:
        facts = [{"thing_id": i, "version": v, "text": texts.get(i, text)} for i, v in versions.items()]
        publish(session, THING, facts)


def copies() -> dict[int, int]:
    """What the receiver has: {thing id: version}."""
    with receiver_db.transaction() as session:
        return {thing.thing_id: thing.version for thing in session.scalars(select(Thing))}


def queue_work(does: str) -> uuid.UUID:
    """A new job of the sender."""
    with sender_db.transaction() as session:
        job = Work(id=uuid.uuid4(), does=does)
        session.add(job)
        return job.id


def job(job_id: uuid.UUID) -> Work:
    """The job as it stands."""
    with sender_db.transaction() as session:
        return session.get_one(Work, job_id)


def count(db: Database, model: type, *where: Any) -> int:
    """How many rows of ``model`` there are."""
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0
