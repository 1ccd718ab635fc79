"""The relay: one small process per service that carries due outbox rows and due jobs to Celery.

It is woken by PostgreSQL's NOTIFY and gathers for a moment, so that a burst becomes one message; each second it
looks by itself. It is the only process that sends to the broker on behalf of web requests. Killed between any two
steps it loses nothing: what was claimed but not acknowledged is due again.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import psycopg
import structlog
from celery import Celery
from sqlalchemy import Row
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from shared import broker, heartbeat, jobs, queues, settings
from shared.broker import BrokerDown
from shared.contracts import CONTRACTS
from shared.db import Database
from shared.delivery import outbox
from shared.delivery.publish import CHANNEL

log = structlog.get_logger()

GATHER_SECONDS = 0.05
LOOK_SECONDS = 1.0
# What may wait in one queue. A worker that is down for a day then costs this much of the broker's memory and no
# more, and finds no pile of repeated messages when it comes back.
MOST_BATCHES = 20
MOST_JOBS = 200
# A heartbeat is put into a queue while fewer messages than this wait in it: a worker that is away finds no pile.
MOST_HEARTBEATS = 3
# Facts that came back without an acknowledgement are sent in smaller and smaller batches, in the end one by one: one
# of them may kill its worker, and shall not take the others along. Attempts -> facts in a message.
BATCH_BY_ATTEMPTS = {1: outbox.BATCH, 3: 25}


class Relay:
    """Carries what is due in one service's database. ``kinds`` are the service's own jobs."""

    def __init__(self, db: Database, celery: Celery, kinds: Sequence[jobs.JobKind] = ()):
        self.db = db
        self.celery = celery
        self.kinds = kinds
        self.subscribers = sorted(
            {name for contract in CONTRACTS.values() if contract.source == db.service for name in contract.subscribers}
        )
        self._broker = broker.connect()
        self._broker_is_up = True
        self._next_heartbeat = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set, through broken databases and brokers."""
        while not stop.is_set():
            try:
                self._listen(stop)
            except (SQLAlchemyError, psycopg.Error) as error:
                log.warning("relay-database-lost", service=self.db.service, error=repr(error))
                self.db.dispose()
                stop.wait(LOOK_SECONDS)

    def _listen(self, stop: threading.Event) -> None:
        url = make_url(settings.database_url(self.db.service)).set(drivername="postgresql")
        with psycopg.connect(
            url.render_as_string(hide_password=False), autocommit=True, connect_timeout=5
        ) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            while not stop.is_set():
                self.drain(stop)
                self._send_heartbeats()
                woken = list(connection.notifies(timeout=LOOK_SECONDS, stop_after=1))
                if woken:
                    time.sleep(GATHER_SECONDS)

    def drain(self, stop: threading.Event) -> None:
        """Send everything that is due now; when the broker does not take it, pause."""
        try:
            while self.pump() and not stop.is_set():
                pass
        except BrokerDown as error:
            self._broker_was(False, error)
            stop.wait(LOOK_SECONDS)
        else:
            self._broker_was(True)

    def _send_heartbeats(self) -> None:
        """Store that the relay has gone round, and let the workers of its queues show the same; every few seconds."""
        if time.monotonic() < self._next_heartbeat:
            return
        self._next_heartbeat = time.monotonic() + heartbeat.EVERY_SECONDS
        with self.db.transaction() as session:
            heartbeat.record(session, heartbeat.RELAY)
        try:
            for queue in queues.served_by(self.db.service):
                if broker.waiting(self._broker, queue) < MOST_HEARTBEATS:
                    self._send(queues.heartbeat_task(self.db.service), [queue], queue)
        except BrokerDown as error:
            self._broker_was(False, error)

    def _broker_was(self, up: bool, error: BrokerDown | None = None) -> None:
        """Say it once when the broker goes and once when it comes back."""
        if up != self._broker_is_up:
            log.warning("broker-back" if up else "broker-down", service=self.db.service, error=error and str(error))
            self._broker_is_up = up

    def pump(self) -> int:
        """Send one batch to each subscriber and one round of jobs; returns how much was sent.

        Raises BrokerDown. No transaction is open while the broker is spoken to, for it may hang.
        """
        return sum(self._send_facts(name) for name in self.subscribers) + sum(
            self._send_jobs(kind) for kind in self.kinds
        )

    def _send_facts(self, subscriber: str) -> int:
        queue = queues.messages(subscriber)
        if broker.waiting(self._broker, queue) >= MOST_BATCHES:
            return 0
        with self.db.transaction() as session:
            rows = outbox.claim(session, subscriber)
        if not rows:
            return 0
        # When it cannot be sent the rows are simply due again, as if it were lost on the way.
        for batch in batches(rows):
            self._send(queues.apply_task(subscriber), [self.db.service, [dict(row._mapping) for row in batch]], queue)
        requests = sorted({row.request_id for row in rows if row.request_id})
        log.info("facts-sent", to=subscriber, count=len(rows), requests=requests)
        return len(rows)

    def _send_jobs(self, kind: jobs.JobKind) -> int:
        room = MOST_JOBS - broker.waiting(self._broker, kind.queue)
        if room <= 0:
            return 0
        with self.db.transaction() as session:
            ids = jobs.hand_out(session, kind, room)
        for job_id in ids:
            self._send(kind.task, [str(job_id)], kind.queue)
        return len(ids)

    def _send(self, task: str, arguments: list[object], queue: str) -> None:
        try:
            self.celery.send_task(task, args=arguments, queue=queue, retry=False, ignore_result=True)
        except Exception as error:
            # Whatever the client library raises, the rows are safe; saying which is the log's work.
            raise BrokerDown(repr(error)) from error


def batches(rows: Sequence[Row[Any]]) -> Iterator[Sequence[Row[Any]]]:
    """``rows`` of the outbox in the batches in which they are sent."""
    for attempts, alike in groupby(sorted(rows, key=_by_attempts), key=_by_attempts):
        facts, size = list(alike), BATCH_BY_ATTEMPTS.get(attempts, 1)
        for start in range(0, len(facts), size):
            yield facts[start : start + size]


def _by_attempts(row: Row[Any]) -> int:
    # First and second sendings travel together.
    return 1 if row.attempts <= 2 else int(row.attempts)
