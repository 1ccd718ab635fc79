"""Ends a worker that runs but does nothing, or that spends longer on one task than is allowed.

A supervisor then restarts it, and its work is due again in the database. The relay puts a heartbeat into every
queue. So even in an idle system no queue stays empty for long, and a stuck worker differs from an idle one.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from celery import signals

from shared import broker
from shared.broker import BrokerDown

log = structlog.get_logger()

LOOK_SECONDS = 5.0
EVERY_SECONDS = 5.0
# How long messages may wait, while the broker answers, without any being taken.
SILENT_SECONDS = 20.0
# EX_SOFTWARE of sysexits.h.
EXIT_CODE = 70


class Watchdog:
    """Watches the tasks of this process and the length of its queues. One for each worker."""

    def __init__(self, served: Sequence[str], longest_task_seconds: float, alive: Callable[[str], None] | None = None):
        """``alive`` is called with the queue of a finished task, every few seconds at most: work is a sign of life."""
        self._queues = tuple(served)
        self._alive = alive
        self._alive_at: dict[str, float] = {}
        self._longest = longest_task_seconds
        self._busy_since: float | None = None
        self._rested_since = time.monotonic()
        self._broker = broker.connect()

    def start(self) -> None:
        """Watch from the moment that the worker takes messages, in a thread that ends with the process."""
        signals.task_prerun.connect(self._begun, weak=False)
        signals.task_postrun.connect(self._ended, weak=False)
        signals.worker_ready.connect(self._ready, weak=False)

    def _ready(self, **_: Any) -> None:
        self._rested_since = time.monotonic()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _begun(self, **_: Any) -> None:
        self._busy_since = time.monotonic()

    def _ended(self, task: Any = None, **_: Any) -> None:
        self._busy_since = None
        self._rested_since = now = time.monotonic()
        queue = (getattr(task.request, "delivery_info", None) or {}).get("routing_key") if task else None
        if self._alive and queue in self._queues and now - self._alive_at.get(queue, 0.0) > EVERY_SECONDS:
            self._alive_at[queue] = now
            # The relay puts no heartbeat into a queue in which much waits: a busy worker gives its own.
            self._alive(queue)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            reason = self.problem()
            if reason:
                log.critical("worker-ends-itself", queues=self._queues, reason=reason)
                os._exit(EXIT_CODE)

    def problem(self) -> str | None:
        """Why this process should end, or None."""
        now, busy_since = time.monotonic(), self._busy_since
        if busy_since is not None:
            return "a task takes too long" if now - busy_since > self._longest else None
        if not self._has_waiting():
            # With an empty queue, or while the broker is down, doing nothing is right.
            self._rested_since = max(self._rested_since, now)
            return None
        return "messages wait and none is taken" if now - self._rested_since > SILENT_SECONDS else None

    def _has_waiting(self) -> bool:
        try:
            return any(broker.waiting(self._broker, queue) for queue in self._queues)
        except BrokerDown:
            return False
