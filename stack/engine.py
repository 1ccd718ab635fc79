"""What PostgreSQL and Valkey have in common: an account, a directory, a port, a password and one process.

An engine is either started here (``start``, or as a context manager), or prepared here and run by a supervisor
(``prepare``, ``command``, ``wait_ready``).
"""

import os
import secrets
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from stack import unprivileged
from stack.ports import free_port
from stack.unprivileged import EngineError

START_SECONDS = 30.0
STOP_SECONDS = 20.0


class Engine:
    """One server on one data directory."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: str | os.PathLike[str], port: int | None = None, password: str | None = None):
        """``data_dir`` is made when missing. ``port``: a free one by default.

        ``password``: a fresh one by default; a second start on the same data needs the same password.
        """
        self.data_dir = Path(data_dir).absolute()
        self.port = port or free_port()
        self.password = password or secrets.token_urlsafe(24)
        self.account = unprivileged.engine_account()
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Create directories, data and configuration. Safe to repeat."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """The whole command line of the server, including the change of user. Call ``prepare`` first."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether the server answers."""
        raise NotImplementedError

    def start(self) -> Self:
        """Prepare, start and wait until the server answers. Raises EngineError with the end of its log."""
        self.prepare()
        log = self.data_dir / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
            )
        try:
            self.wait_ready()
        except EngineError as error:
            self.stop()
            raise EngineError(f"{error}\n{tail(log)}") from None
        return self

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until the server answers. Raises EngineError when it ended or took longer than ``seconds``."""
        until = time.monotonic() + seconds
        while not self.is_ready():
            if self._process and self._process.poll() is not None:
                raise EngineError(f"{self.name} ended with code {self._process.returncode} while starting")
            if time.monotonic() > until:
                raise EngineError(f"{self.name} did not answer on port {self.port} within {seconds:.0f} s")
            time.sleep(0.02)

    def stop(self) -> None:
        """Shut down cleanly, or by force when that takes too long. Does nothing when not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.send_signal(self.stop_signal)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End the server as a crash would (SIGKILL)."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """Delete all data. Call after ``stop``."""
        unprivileged.remove(self.data_dir)

    @property
    def pid(self) -> int:
        """Process id of the server, no matter which process started it. Raises EngineError when it does not run."""
        if self._process:
            return self._process.pid
        try:
            pid = int(self._pid_file().read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, IndexError, ValueError):
            raise EngineError(f"{self.name} does not run") from None
        return pid

    def _pid_file(self) -> Path:
        raise NotImplementedError

    def _make_home(self) -> Path:
        return unprivileged.reachable(self.data_dir, self.account)

    def _write_private(self, path: Path, text: str) -> None:
        """Write a file that only the engine's account can read, atomically."""
        partial = path.with_name(path.name + ".new")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(text)
        self.account.own(partial)
        partial.replace(path)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def tail(log: Path, lines: int = 15) -> str:
    """The last ``lines`` of a log file, or nothing when it is not there."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
