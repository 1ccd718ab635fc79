"""The environment of benchmarks: engines with full durability, real processes; everything is removed at the end."""

import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.queues import SERVICES
from stack import keys
from stack.broker_rights import OWNERS
from stack.engines import PostgresServer, ValkeyServer
from stack.ports import HOST, free_port
from stack.processes import PROCESSES
from stack.unprivileged import die_with_parent, remove

ROOT = Path(__file__).resolve().parent.parent
# All load comes from one address.
UNBOUND = {"HADIR_SIGN_UPS_PER_MINUTE": "1000000"}


class Environment:
    """Engines, migrated databases, and processes from stack/processes.py by name."""

    def __init__(self, directory: Path, postgres: PostgresServer, valkey: ValkeyServer):
        self.directory = directory
        self.postgres = postgres
        self.secrets = keys.fresh()
        self.addresses = keys.Addresses(
            public="http://localhost:8080",
            brokers=dict.fromkeys(OWNERS, valkey.url),
            databases={name: postgres.create_service_database(name) for name in SERVICES},
            smtp=f"smtp://{HOST}:9",
            clock_file="",
        )
        self._running: list[subprocess.Popen[bytes]] = []
        for name in SERVICES:
            subprocess.run(
                [sys.executable, "-m", f"services.{name}", "migrate"], check=True, cwd=ROOT, env=self.environment(name)
            )

    def environment(self, owner: str) -> dict[str, str]:
        """The settings of a process of ``owner``."""
        return {**os.environ, **keys.environment(owner, self.secrets, self.addresses), "HADIR_LOG": "json", **UNBOUND}

    def start(self, *names: str) -> dict[str, int]:
        """Start processes; returns the ports of those that serve, once they answer."""
        ports: dict[str, int] = {}
        for process in PROCESSES:
            if process.name in names:
                own = {name: free_port() for name in process.ports}
                argv = process.argv({"host": HOST, **own})
                self.run(process.name, argv, self.environment(process.owner))
                for port in own.values():
                    wait_for(f"http://{HOST}:{port}{process.health}")
                ports |= own
        return ports

    def serve(self, name: str, arguments: list[str], owner: str, health: str) -> int:
        """Start a web process with two workers; returns its port once it answers."""
        port = free_port()
        self.run(name, [sys.executable, *arguments, "--port", str(port), "--workers", "2"], self.environment(owner))
        wait_for(f"http://{HOST}:{port}{health}")
        return port

    def run(self, name: str, argv: list[str], environment: Mapping[str, str]) -> None:
        """Start any process; it ends together with this one."""
        with (self.directory / f"{name}.log").open("ab") as log:
            command = [*die_with_parent(), *argv]
            self._running.append(subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=log, stderr=log))

    def stop(self) -> None:
        """End all processes."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()


@contextlib.contextmanager
def fresh_environment() -> Iterator[Environment]:
    """Fresh engines for one benchmark; everything is removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix="hadir-bench-"))
    directory.chmod(0o711)
    try:
        postgres, valkey = PostgresServer(directory / "postgres"), ValkeyServer(directory / "valkey")
        with postgres, valkey:
            here = Environment(directory, postgres, valkey)
            # Code in this process prepares data for all services.
            for name in SERVICES:
                os.environ.update(here.environment(name))
            try:
                yield here
            finally:
                here.stop()
    finally:
        remove(directory)


def wait_for(address: str, seconds: float = 30) -> None:
    """Wait until ``address`` answers."""
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


Request = tuple[str, str, bytes, dict[str, str]]
CONNECTIONS = 8


def closed_loop(
    port: int,
    request: Callable[[int], Request],
    taken: Callable[[int, bytes], bool],
    seconds: float,
    most: int,
    connections: int = CONNECTIONS,
) -> dict[str, Any]:
    """Send requests in a closed loop on ``connections`` open connections, for ``seconds`` or ``most`` requests.

    ``request(number)`` gives method, path, body and headers of the number-th request of all; ``taken(status, body)``
    says whether an answer is as expected.
    """
    lock, numbers = threading.Lock(), iter(range(most))
    times: list[float] = []
    errors: list[str] = []
    until = time.monotonic() + seconds

    def one() -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        while time.monotonic() < until:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            method, path, body, headers = request(number)
            began = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            times.append(time.perf_counter() - began)
            if not taken(answer.status, content):
                errors.append(f"{answer.status} {content[:300]!r}")
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(connections)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    milliseconds = sorted(1000 * each for each in times)
    return {
        "per_second": round(len(times) / took, 1),
        "p50_ms": round(statistics.median(milliseconds), 1),
        "p95_ms": round(milliseconds[int(len(milliseconds) * 0.95)], 1),
        "max_ms": round(milliseconds[-1], 1),
        "requests": len(times),
        "errors": len(errors),
        **({"first_error": errors[0]} if errors else {}),
    }


def per_second(result: Mapping[str, Any], bare: Mapping[str, Any]) -> dict[str, Any]:
    """A result and the bare endpoint's, with the ratio of the two."""
    return {**result, "bare": dict(bare), "share_of_bare": round(result["per_second"] / bare["per_second"], 2)}


def report(result: Mapping[str, Any]) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
