"""Reports processes that died, and ends their leftover children. supervisord restarts the processes."""

import contextlib
import os
import signal
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path

from stack.engine import tail
from stack.silence import LOOK_SECONDS, Silence
from stack.supervision import State, Supervisor

SECONDS_BETWEEN_LOOKS = 0.5
GIVEN_UP = ("FATAL", "EXITED")


class Watch:
    """A thread that compares what runs with what ran a moment ago, and calls ``report`` with each difference."""

    def __init__(
        self,
        supervisor: Supervisor,
        logs: Path,
        report: Callable[[str], None],
        silence: Silence | None = None,
    ):
        self._supervisor = supervisor
        self._silence = silence
        self._next_look_for_silence = 0.0
        self._logs = logs
        self._report = report
        self._seen: dict[str, State] = supervisor.states()
        self._look = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; after this returns, ``report`` is not called again."""
        self._stop.set()
        self._thread.join()

    @contextlib.contextmanager
    def expecting(self, name: str) -> Iterator[None]:
        """In this context, ``name`` may stop or restart without being reported."""
        with self._look:
            yield
            self._seen[name] = self._supervisor.states()[name]

    def _run(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_LOOKS):
            with self._look, contextlib.suppress(OSError, xmlrpc.client.Error):
                states = self._supervisor.states()
                self._compare(states)
                self._end_silent(states)

    def _end_silent(self, states: dict[str, State]) -> None:
        """End processes that run but do nothing; supervisord restarts them."""
        if self._silence is None or time.monotonic() < self._next_look_for_silence:
            return
        self._next_look_for_silence = time.monotonic() + LOOK_SECONDS
        for name in self._silence.silent(states):
            self._report(f"{name} diam dan dihentikan · silent, and ended (process {states[name].pid})")
            with contextlib.suppress(ProcessLookupError):
                os.kill(states[name].pid, signal.SIGKILL)

    def _compare(self, states: dict[str, State]) -> None:
        for name, state in states.items():
            before = self._seen[name]
            if before.pid and state.pid != before.pid:
                _end_group(before.pid)
                self._report(self._died(before))
            if state.pid and state.pid != before.pid:
                self._report(f"{name} dinyalakan lagi · restarted (process {state.pid})")
            if state.state in GIVEN_UP and before.state != state.state:
                self._report(f"{name} tidak mau menyala · given up, see {self._logs / f'{name}.log'}")
            self._seen[name] = state

    def _died(self, state: State) -> str:
        last = tail(self._logs / f"{state.name}.log", 3)
        return f"{state.name} mati · died (process {state.pid}). {last}".strip()


def _end_group(pid: int) -> None:
    """End what a killed process left running in its process group (supervisord gives each a group of its own)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
