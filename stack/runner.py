"""The whole stack in one object: starts engines, migrations, processes and gateway in order, stops them in reverse."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from shared import clock as business_clock
from shared.queues import SERVICES
from stack import gateway, keys, ports, processes, unprivileged
from stack.clock import EVENT_ZONE, business_now, demo_start
from stack.engine import tail
from stack.engines import PostgresServer, ValkeyServer
from stack.ports import HOST
from stack.probe import StackError, answers, lock, note_runner
from stack.processes import Process
from stack.silence import Silence
from stack.supervision import Program, State, Supervisor
from stack.unprivileged import die_with_parent
from stack.watch import Watch

ROOT = Path(__file__).resolve().parent.parent
GATEWAY = "gateway"
ENGINES = ("postgres", "valkey")
READY_SECONDS = 90.0


def _silent(step: str) -> None:
    """Report nothing."""


class Stack:
    """One running system on one data directory; several can run side by side, each with its own directory."""

    def __init__(
        self,
        data_dir: str | os.PathLike[str],
        *,
        clock: datetime | None = None,
        clock_speed: float = 1.0,
        demo: bool = False,
        port: int | None = None,
        preferred_port: int | None = None,
        beat_seconds: float | None = None,
        durable: bool = True,
        processes: Sequence[Process] = processes.PROCESSES,
        migrations: Sequence[Process] = processes.MIGRATIONS,
    ):
        """``clock``: business time (aware) to start at, running at ``clock_speed``; by default real time, or the
        clock of an earlier run on this data. ``demo``: load the reference event on the current day. ``port``: the
        gateway's port, kept from now on; ``preferred_port``: used on the first start if it is free.

        ``on_step`` is called with what is being started, ``on_event`` with processes that die.
        """
        self.data_dir = Path(data_dir).absolute()
        self.log_dir = self.data_dir / "logs"
        self.mail_dir = self.data_dir / "mail"
        self.clock_file = self.data_dir / "clock.json"
        self._clock, self._clock_speed = clock, clock_speed
        self._demo, self._durable = demo, durable
        self._port, self._preferred_port = port, preferred_port
        self._beat_seconds = beat_seconds
        self._processes, self._migrations = tuple(processes), tuple(migrations)
        self.on_step: Callable[[str], None] = _silent
        self._lock: IO[str] | None = None
        self._watch: Watch | None = None
        self._supervisor: Supervisor | None = None
        self.on_event: Callable[[str], None] = _silent

    # -- starting and stopping

    def start(self) -> Self:
        """Start everything and return once pages are served. Raises StackError; then nothing is left running."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop everything in reverse order. Does nothing when nothing runs."""
        if self._watch:
            self._watch.stop()
            self._watch = None
        if self._supervisor:
            self._supervisor.stop()
            self._supervisor = None
        if self._lock:
            (self.data_dir / "runner.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        self._make_directories()
        self._lock = lock(self.data_dir)
        self.secrets = keys.load(self.data_dir / "secrets.json")
        self._supervisor = Supervisor(self.data_dir / "run", self.log_dir, self.secrets["supervisor"])
        self._wait_for_predecessor()
        self._choose_ports()
        note_runner(self.data_dir, self.public_url)
        if self._clock:
            business_clock.write(self.clock_file, self._clock, self._clock_speed)
        self._start_engines()
        self.on_step("Menyiapkan basis data · migrating the databases")
        self._run_to_end(self._migrations)
        if self._demo:
            self.on_step("Memuat acara contoh · loading the reference event")
            self._load_demo()
        self.on_step("Menyalakan layanan · starting the services")
        self.supervisor.start_group("services")
        self._wait_until_healthy()
        self.on_step("Membuka gerbang · opening the gateway")
        self.supervisor.start_group(GATEWAY)
        self._wait_for(lambda: answers(self.ports[GATEWAY], "/", below=500), GATEWAY)
        silence = Silence(self._processes, self.database_url, self.valkey.is_ready)
        self._watch = Watch(self.supervisor, self.log_dir, lambda line: self.on_event(line), silence)
        self._watch.start()

    def _make_directories(self) -> None:
        unprivileged.make_directory(self.data_dir)
        for name in ("logs", "mail", "run", "caddy"):
            (self.data_dir / name).mkdir(mode=0o700, exist_ok=True)

    def _wait_for_predecessor(self) -> None:
        until = time.monotonic() + 45
        while self.supervisor.orphaned():
            self.on_step("Menunggu proses lama berhenti · waiting for the previous run to stop")
            if time.monotonic() > until:
                raise StackError(f"an earlier run still stops (its process id: {self.supervisor.pid_file})")
            time.sleep(0.5)

    def _choose_ports(self) -> None:
        names = [*ENGINES, *(name for process in self._processes for name in process.ports)]
        try:
            self.ports = ports.choose(self.data_dir / "ports.json", GATEWAY, names, self._port, self._preferred_port)
        except ports.PortTaken as error:
            raise StackError(str(error)) from None

    def _start_engines(self) -> None:
        first = not (self.data_dir / "postgres").exists()
        self.on_step(
            "Membuat basis data · creating the database cluster"
            if first
            else "Menyalakan PostgreSQL dan Valkey · starting PostgreSQL and Valkey"
        )
        self.postgres = PostgresServer(
            self.data_dir / "postgres", self.ports["postgres"], self._durable, self.secrets["postgres"]
        )
        self.valkey = ValkeyServer(self.data_dir / "valkey", self.ports["valkey"], True, *keys.broker(self.secrets))
        self.postgres.prepare()
        self.valkey.prepare()
        self.supervisor.start(self._programs())
        self._wait_for(self.postgres.is_ready, "postgres")
        self._wait_for(self.valkey.is_ready, "valkey")
        for service in SERVICES:
            self.postgres.create_service_database(service, self.secrets[f"database-{service}"])

    def _programs(self) -> list[Program]:
        programs = [
            Program(name, "engines", engine.command(), stop_signal=engine.stop_signal)
            for name, engine in zip(ENGINES, (self.postgres, self.valkey), strict=True)
        ]
        programs += [
            Program(process.name, "services", self._argv(process), self.environment(process), str(ROOT))
            for process in self._processes
        ]
        settings = gateway.environment(self.ports[GATEWAY], self.ports, self.data_dir / "caddy")
        programs.append(Program(GATEWAY, GATEWAY, [*die_with_parent(), *gateway.command()], settings))
        return programs

    # -- processes

    def environment(self, process: Process) -> dict[str, str]:
        """The environment of a process: its owner's settings, and of our own environment only PATH and TZ."""
        at = keys.Addresses(
            public=self.public_url,
            brokers={owner: self.valkey.url_of(owner) for owner in self.valkey.users},
            databases={service: self.database_url(service) for service in SERVICES},
            smtp=f"smtp://{HOST}:{self.ports.get('smtp', 9)}",
            clock_file=str(self.clock_file),
        )
        values = keys.environment(process.owner, self.secrets, at)
        if self._beat_seconds is not None:
            values["HADIR_BEAT_SECONDS"] = str(self._beat_seconds)
        inherited = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
        return inherited | {"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "HOME": str(self.data_dir)} | values

    def _argv(self, process: Process) -> list[str]:
        return [*die_with_parent(), *process.argv({"host": HOST, "data": self.data_dir, **self.ports})]

    def run(self, arguments: Sequence[str], service: str, extra: dict[str, str] | None = None) -> str:
        """Run ``python <arguments>`` with the settings of ``service`` and return its output. Raises StackError."""
        process = Process(arguments[-1], tuple(arguments), service)
        done = subprocess.run(
            self._argv(process),
            env=self.environment(process) | (extra or {}),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"python {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def _run_to_end(self, steps: Sequence[Process]) -> None:
        running = []
        for step in steps:
            with (self.log_dir / f"{step.name}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        self._argv(step),
                        env=self.environment(step),
                        cwd=ROOT,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                    )
                )
        codes = [process.wait() for process in running]
        for step, code in zip(steps, codes, strict=True):
            if code:
                raise StackError(f"{step.name} failed:\n{tail(self.log_dir / f'{step.name}.log')}")

    def _load_demo(self) -> None:
        here = self.now().astimezone(EVENT_ZONE)
        step = processes.demo(here.date(), demo_start(here.time()))
        self.run(step.arguments, step.owner, keys.demo_environment(self.secrets))

    def _wait_until_healthy(self) -> None:
        for process in self._processes:
            ready = self._is_running(process.name)
            if process.health:
                port, path = self.ports[process.ports[0]], process.health
                self._wait_for(lambda port=port, path=path: answers(port, path), process.name)  # type: ignore[misc]
            self._wait_for(ready, process.name)

    def _is_running(self, name: str) -> Callable[[], bool]:
        return lambda: self.supervisor.states()[name].running

    def _wait_for(self, ready: Callable[[], bool], name: str) -> None:
        until = time.monotonic() + READY_SECONDS
        while not ready():
            state = self.states()[name].state
            if state in ("FATAL", "BACKOFF", "EXITED") or time.monotonic() > until:
                raise StackError(f"{name} did not start ({state}):\n{tail(self.log_dir / f'{name}.log', 30)}")
            time.sleep(0.05)

    # -- for tests, the replay of the reference day and the command line

    @property
    def public_url(self) -> str:
        """Where people reach it, without a slash at the end."""
        return f"http://localhost:{self.ports[GATEWAY]}"

    def database_url(self, service: str) -> str:
        """SQLAlchemy address of a service's database, in that service's role."""
        return self.postgres.url(service, service, self.secrets[f"database-{service}"])

    @property
    def supervisor(self) -> Supervisor:
        """The running supervisor. Raises StackError when the stack is not started."""
        if not self._supervisor:
            raise StackError("the stack is not running")
        return self._supervisor

    def states(self) -> dict[str, State]:
        """The state of each process, by name."""
        return self.supervisor.states()

    def pid_of(self, name: str) -> int:
        """Process id of a running process, or of ``postgres``, ``valkey``, ``gateway``. Raises StackError."""
        state = self.states().get(name)
        if not state or not state.pid:
            raise StackError(f"{name} does not run")
        return state.pid

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a process, as a crash would end it; it is restarted. Returns its process id."""
        pid = self.pid_of(name)
        os.kill(pid, number)
        return pid

    def restart(self, name: str) -> None:
        """Stop and start one process, and wait until it runs."""
        with self._watch.expecting(name) if self._watch else nullcontext():
            self.supervisor.restart(name)

    def stop_process(self, name: str) -> None:
        """Stop one process cleanly; it stays stopped until ``start_process``."""
        with self._watch.expecting(name) if self._watch else nullcontext():
            self.supervisor.stop_one(name)

    def start_process(self, name: str) -> None:
        """Start a process that ``stop_process`` stopped, and wait until it runs."""
        with self._watch.expecting(name) if self._watch else nullcontext():
            self.supervisor.start_one(name)

    def now(self) -> datetime:
        """Business time in this stack, aware, in UTC."""
        return business_now(self.clock_file)

    def jump_clock(self, to: datetime) -> None:
        """Move the business clock forward to ``to`` (aware). Raises ValueError when ``to`` is in its past."""
        business_clock.jump(self.clock_file, to)
