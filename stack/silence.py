"""Finds processes that run but do nothing: their heartbeats, which go through their queues, have stopped.

Usually such a worker ends itself (shared/watchdog.py). This is for one that cannot: stopped, or stuck in a library.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from shared import clock
from shared.queues import BEAT_HEARTBEAT, RELAY_HEARTBEAT, SERVICES
from stack.processes import BEAT, Process
from stack.supervision import State

# Longer than a worker needs to end itself and start again.
SILENT_SECONDS = 180.0
LOOK_SECONDS = 10.0


class Silence:
    """Reads the heartbeats in the databases. ``broker_answers`` says whether heartbeats can arrive at all."""

    def __init__(
        self, processes: Sequence[Process], database_url: Callable[[str], str], broker_answers: Callable[[], bool]
    ) -> None:
        self._processes = processes
        self._database_url = database_url
        self._broker_answers = broker_answers
        self._possible_since = time.monotonic()

    def silent(self, states: Mapping[str, State]) -> list[str]:
        """Names of running processes without a heartbeat for SILENT_SECONDS, in which the broker always answered."""
        if not self._broker_answers():
            self._possible_since = time.monotonic()
        if time.monotonic() - self._possible_since < SILENT_SECONDS:
            return []
        seen = {service: self._heartbeats(service) for service in SERVICES}
        return [process.name for process in self._processes if self._is_silent(process, states, seen)]

    def _is_silent(self, process: Process, states: Mapping[str, State], seen: Mapping[str, dict[str, Any]]) -> bool:
        state = states.get(process.name)
        if state is None or not state.running or time.time() - state.since < SILENT_SECONDS:
            return False
        if process.name == BEAT:
            # It is silent when its heartbeat reaches no service. If only one is missing, that service is silent itself.
            return bool(seen) and all(_is_old(beats.get(BEAT_HEARTBEAT)) for beats in seen.values())
        beats = seen.get(process.owner, {})
        if process.name.endswith("-relay"):
            return _is_old(beats.get(RELAY_HEARTBEAT))
        # Without the relay no heartbeat is sent to the workers.
        return not _is_old(beats.get(RELAY_HEARTBEAT)) and any(_is_old(beats.get(queue)) for queue in process.queues)

    def _heartbeats(self, service: str) -> dict[str, Any]:
        """Name -> instant of the last one (real time); nothing while the database does not answer."""
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(self._database_url(service).replace("+psycopg", ""), connect_timeout=2) as connection,
        ):
            return dict(connection.execute("SELECT name, at FROM heartbeats").fetchall())
        return {}


def _is_old(at: datetime | None) -> bool:
    """Whether the last heartbeat is older than SILENT_SECONDS. One that never arrived does not count."""
    return at is not None and (clock.real_now() - at.astimezone(UTC)).total_seconds() > SILENT_SECONDS
