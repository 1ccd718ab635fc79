"""Checks of a stack from outside: whether a page answers, and which process holds the data directory."""

import fcntl
import http.client
import json
import os
from pathlib import Path
from typing import IO, Any

from stack.ports import HOST


class StackError(RuntimeError):
    """The stack could not start or is not in the requested state; the message says what to do."""


class AlreadyRunning(StackError):
    """Another runner holds this data directory."""


def answers(port: int, path: str, below: int = 300) -> bool:
    """Whether a GET on ``path`` at ``port`` of localhost is answered with a status lower than ``below``."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < below
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def fetch(port: int, path: str) -> dict[str, Any]:
    """The JSON object at ``path``, whatever its status; empty when there is no answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        found = json.loads(connection.getresponse().read())
        return found if isinstance(found, dict) else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()


def lock(data_dir: Path) -> IO[str]:
    """Hold ``data_dir`` until the returned file is closed or this process is gone. Raises AlreadyRunning."""
    file = (data_dir / "lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyRunning(f"a stack already runs on {data_dir} (process {runner_pid(data_dir)})") from None
    return file


def is_locked(data_dir: Path) -> bool:
    """Whether a runner holds ``data_dir`` now."""
    if not (data_dir / "lock").exists():
        return False
    try:
        lock(data_dir).close()
    except AlreadyRunning:
        return True
    return False


def runner_pid(data_dir: Path) -> int | None:
    """Process id of the runner that last started on ``data_dir``, if its pid file is there."""
    try:
        return int(json.loads((data_dir / "runner.json").read_text())["pid"])
    except (OSError, ValueError, KeyError):
        return None


def note_runner(data_dir: Path, url: str) -> None:
    """Write this process's pid file, for ``status`` and ``stop``."""
    (data_dir / "runner.json").write_text(json.dumps({"pid": os.getpid(), "url": url}))
