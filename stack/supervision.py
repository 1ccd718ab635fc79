"""supervisord used as a library: a generated configuration, one child process, and its XML-RPC interface.

Three groups start in order and stop in reverse: engines, services, gateway. supervisord also
stops them in that order when the kernel signals it because its parent process is gone.
"""

import contextlib
import hashlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from stack.unprivileged import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
GROUPS = ("engines", "services", "gateway")
# Shorter than a worker's slowest task (an SMTP timeout of 20 s): nobody wants to wait that long after Ctrl-C.
STOP_WAIT_SECONDS = 12
USER = "hadir"
# Paths of Unix sockets are limited to 107 bytes.
LONGEST_SOCKET_PATH = 90


class SupervisionError(RuntimeError):
    """supervisord did not start, or a process could not be started."""


@dataclass(frozen=True)
class Program:
    """One supervised process. ``argv`` already makes it end with its parent."""

    name: str
    group: str
    argv: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str = "/"
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class State:
    """What supervisord reports about one process. ``pid`` is 0 when it does not run."""

    name: str
    group: str
    state: str
    pid: int
    since: int

    @property
    def running(self) -> bool:
        return self.state == "RUNNING"


class Supervisor:
    """One supervisord over a fixed list of programs, with its files in ``directory`` and logs in ``logs``."""

    def __init__(self, directory: Path, logs: Path, password: str):
        self.directory = directory
        self.logs = logs
        self.config = directory / "supervisord.conf"
        self.pid_file = directory / "supervisord.pid"
        self.socket = _socket_path(directory)
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self, programs: Iterable[Program]) -> None:
        """Start supervisord; of the programs, the group ``engines`` starts at once."""
        self._write_config(list(programs))
        environment = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
        command = [sys.executable, "-m", "stack.supervisord", "-n", "-c", str(self.config)]
        with (self.logs / "supervisord.err").open("wb") as errors:
            self._process = subprocess.Popen(
                [*die_with_parent(), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment,
                cwd=ROOT,
                # Only the runner handles Ctrl-C in the terminal; it stops the others in order.
                start_new_session=True,
            )
        until = time.monotonic() + 20
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                said = (self.logs / "supervisord.err").read_text(errors="replace").strip()
                raise SupervisionError(f"supervisord did not start: {said}")
            time.sleep(0.05)

    def alive(self) -> bool:
        """Whether the supervisord started here still runs."""
        return self._process is not None and self._process.poll() is None

    def start_group(self, group: str) -> None:
        """Start every program of ``group`` without waiting for any."""
        self.call("startProcessGroup", group, False)

    def restart(self, name: str) -> None:
        """Stop and start one program, and wait for both."""
        full = self._full_name(name)
        with contextlib.suppress(xmlrpc.client.Fault):
            self.call("stopProcess", full)
        self.call("startProcess", full)

    def stop_one(self, name: str) -> None:
        """Stop one program; it stays stopped until ``start_one``."""
        self.call("stopProcess", self._full_name(name))

    def start_one(self, name: str) -> None:
        """Start one program that was stopped, and wait until it runs."""
        self.call("startProcess", self._full_name(name))

    def states(self) -> dict[str, State]:
        """State by name, in the order of the configuration."""
        rows: list[dict[str, Any]] = self.call("getAllProcessInfo")
        found = [
            State(row["name"], row["group"], row["statename"], row["pid"], row["start"])
            for row in sorted(rows, key=lambda row: (GROUPS.index(row["group"]), row["name"]))
        ]
        return {state.name: state for state in found}

    def stop(self) -> None:
        """Stop all groups in reverse order, then supervisord. Does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError, xmlrpc.client.Error):
            self._stop_groups()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        with contextlib.suppress(OSError, xmlrpc.client.Error):
            self.call("getState")
        try:
            process.wait(len(GROUPS) * (STOP_WAIT_SECONDS + 3))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._unlink_socket()

    def _stop_groups(self) -> None:
        # supervisord does the same on SIGTERM, but checks only once a second; each request makes it check now.
        for group in reversed(GROUPS):
            if not any(state.group == group for state in self.states().values()):
                continue
            self.call("stopProcessGroup", group, False)
            while any(state.pid for state in self.states().values() if state.group == group):
                time.sleep(0.03)

    def orphaned(self) -> bool:
        """Whether a supervisord of an earlier runner is still stopping its processes."""
        try:
            pid = int(self.pid_file.read_text())
            return str(self.config).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return False

    def call(self, method: str, *arguments: Any) -> Any:
        """Call ``supervisor.<method>`` over XML-RPC. Raises OSError or xmlrpc.client.Error."""
        transport = SupervisorTransport(USER, self._password, f"unix://{self.socket}")
        with self._lock:
            try:
                proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
                return getattr(proxy.supervisor, method)(*arguments)
            finally:
                transport.close()

    def _answers(self) -> bool:
        try:
            self.call("getState")
        except (OSError, xmlrpc.client.Error):
            return False
        return True

    def _full_name(self, name: str) -> str:
        return f"{self.states()[name].group}:{name}"

    def _unlink_socket(self) -> None:
        self.socket.unlink(missing_ok=True)

    def _write_config(self, programs: list[Program]) -> None:
        sections = [_main_section(self, self._password)]
        sections += [_group_section(group, programs) for group in GROUPS]
        sections += [_program_section(program, self.logs) for program in programs]
        self.config.unlink(missing_ok=True)
        descriptor = os.open(self.config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write("\n".join(section for section in sections if section))


def _main_section(supervisor: Supervisor, password: str) -> str:
    lines = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": supervisor.logs / "supervisord.log",
        "logfile_maxbytes": "1MB",
        "logfile_backups": 1,
        "pidfile": supervisor.pid_file,
        "childlogdir": supervisor.logs,
        "identifier": "hadir",
    }
    if os.geteuid() == 0:
        lines["user"] = "root"
    return (
        _section("supervisord", lines)
        + _section("unix_http_server", {"file": supervisor.socket, "username": USER, "password": password})
        + _section(
            "rpcinterface:supervisor",
            {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        )
    )


def _group_section(group: str, programs: list[Program]) -> str:
    names = ",".join(program.name for program in programs if program.group == group)
    return names and _section(f"group:{group}", {"programs": names, "priority": 10 * (1 + GROUPS.index(group))})


def _program_section(program: Program, logs: Path) -> str:
    return _section(
        f"program:{program.name}",
        {
            "command": shlex.join(program.argv),
            "directory": program.directory,
            "environment": ",".join(f"{name}={_quoted(value)}" for name, value in program.environment.items()),
            "autostart": str(program.group == GROUPS[0]).lower(),
            "autorestart": "true",
            "startsecs": 1,
            "startretries": 30,
            "stopsignal": program.stop_signal.name.removeprefix("SIG"),
            "stopwaitsecs": STOP_WAIT_SECONDS,
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": logs / f"{program.name}.log",
            "stdout_logfile_maxbytes": "5MB",
            "stdout_logfile_backups": 2,
        },
    )


def _section(title: str, lines: Mapping[str, object]) -> str:
    # A percent sign begins an expansion in supervisord's configuration.
    return f"[{title}]\n" + "".join(f"{key}={str(value).replace('%', '%%')}\n" for key, value in lines.items())


def _quoted(value: str) -> str:
    if '"' in value or "\n" in value:
        raise SupervisionError("a setting holds a quotation mark or a line break")
    return f'"{value}"'


def _socket_path(directory: Path) -> Path:
    path = directory / "supervisor.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"hadir-{os.geteuid()}-{name}.sock"
