"""Real processes of certificates, beside the test's own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from services.certificates.models import Certificate, db


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen]:
    """A process of the service, ended with everything that it started."""
    running = subprocess.Popen(
        [sys.executable, "-m", "services.certificates", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        kill(running)


def kill(running: subprocess.Popen) -> None:
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def worker(queue: str = "certificates.render"):
    """The worker that serves ``queue``."""
    return process("worker", "--queues", queue)


def issued() -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Certificate)) or 0


def wait(condition, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.02)
