"""What the delivery tests run on: own engines, own databases, and the processes of tests/delivery/process.py."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import redis

from stack.engines import PostgresServer, ValkeyServer
from stack.unprivileged import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = ("relay", "sender", "receiver")
PATIENCE_SECONDS = 40.0

# Where a process can die: between the steps of a fact's way.
POINTS = (
    "relay:claimed",
    "relay:committed",
    "relay:sent",
    "receiver:received",
    "receiver:applied",
    "receiver:committed",
    "receiver:answered",
    "sender:marked",
    "sender:finished",
)


class Harness:
    """Engines and processes. A process that died is started again while something is awaited, as by a supervisor."""

    def __init__(self, postgres: PostgresServer, valkey: ValkeyServer, directory: Path):
        self.postgres = postgres
        self.valkey = valkey
        self.directory = directory
        self.deaths = 0
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._resend = 0.5

    def start(self, *names: str, resend: float = 0.5) -> None:
        """Start processes; ``resend`` seconds pass before something is sent or handed out again."""
        self._resend = resend
        for name in names:
            self._running[name] = self._spawn(name)

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "TEST_DEATHS": str(self.directory), "TEST_RESEND": str(self._resend)}
        with (self.directory / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [*die_with_parent(), sys.executable, "-m", "tests.delivery.process", name],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def is_dead(self, name: str) -> bool:
        """Whether a process has ended and was not started again yet."""
        return self._running[name].poll() is not None

    def kill(self, name: str) -> None:
        """kill -9."""
        self._running[name].kill()
        self._running[name].wait()

    def stop(self, *names: str, sent: signal.Signals = signal.SIGKILL) -> None:
        """End processes; they are not started again."""
        ending = [self._running.pop(name) for name in names or tuple(self._running)]
        for process in ending:
            process.send_signal(sent)
        for process in ending:
            process.wait(20)

    def die_at(self, point: str) -> None:
        """Let the process that comes to ``point`` next die there."""
        (self.directory / point).touch()

    def is_due_to_die(self, point: str) -> bool:
        return (self.directory / point).exists()

    def tend(self) -> None:
        """Start again what died."""
        for name, process in self._running.items():
            if process.poll() is not None:
                self.deaths += 1
                self._running[name] = self._spawn(name)

    def comes_true(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether ``condition`` comes true in time, while processes are tended."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if condition():
                return True
            self.tend()
            time.sleep(0.05)
        return False

    def flush(self) -> None:
        """FLUSHALL."""
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def queued(self, queue: str) -> int:
        with redis.Redis.from_url(self.valkey.url) as client:
            return int(client.llen(queue))

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text()
