"""The one table of processes. The embedded stack runs it; a test compares docker-compose.yml with it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from shared import queues
from shared.queues import SERVICES

MAILBOX = "mailbox"
BEAT = "beat"


@dataclass(frozen=True)
class Process:
    """One long-running process, or one step that runs to its end.

    ``arguments`` follow the Python interpreter; ``{name}`` in them stands for a port by that name, ``{host}`` for the
    address to listen on, ``{data}`` for the data directory. ``owner`` decides whose secrets it gets: a service,
    ``beat`` or ``mailbox``. ``queues`` are those it works on. ``health`` is the path on port ``name`` that answers
    200 once it serves, empty for processes that serve nothing. ``embedded``: only in the embedded stack.
    """

    name: str
    arguments: tuple[str, ...]
    owner: str
    queues: tuple[str, ...] = ()
    health: str = ""
    ports: tuple[str, ...] = ()
    embedded: bool = False

    def argv(self, values: Mapping[str, object], python: str = sys.executable) -> list[str]:
        """The command line with ports and places filled in."""
        return [python, *(argument.format_map(values) for argument in self.arguments)]


def _web(service: str) -> Process:
    name = f"{service}-web"
    command = ("-m", f"services.{service}", "web", "--host", "{host}", "--port", f"{{{name}}}")
    prefix = "" if service == "registration" else f"/{service}"
    return Process(name, command, service, health=f"{prefix}/healthz", ports=(name,))


def _relay(service: str) -> Process:
    return Process(f"{service}-relay", ("-m", f"services.{service}", "relay"), service)


def _worker(name: str, served: tuple[str, ...]) -> Process:
    service = served[0].split(".")[0]
    command = ("-m", f"services.{service}", "worker", "--queues", ",".join(served))
    return Process(name, command, service, queues=served)


_MAILBOX = Process(
    MAILBOX,
    ("-m", "stack.mailbox", "--smtp-port", "{smtp}", "--http-port", "{mailbox}", "--dir", "{data}/mail"),
    MAILBOX,
    health="/mailbox/healthz",
    ports=(MAILBOX, "smtp"),
    embedded=True,
)

PROCESSES: tuple[Process, ...] = (
    *(_web(service) for service in SERVICES),
    *(_relay(service) for service in SERVICES),
    *(_worker(name, served) for name, served in queues.WORKERS.items()),
    Process(BEAT, ("-m", "shared.beat"), BEAT),
    _MAILBOX,
)

# Run to the end, in parallel, before the processes start.
MIGRATIONS: tuple[Process, ...] = tuple(
    Process(f"{service}-migrate", ("-m", f"services.{service}", "migrate"), service) for service in SERVICES
)


def demo(day: date, start: time) -> Process:
    """The step that loads the reference event on ``day``, from ``start`` (local). Safe to repeat."""
    options = ("--day", day.isoformat(), "--start", f"{start:%H:%M}")
    return Process("registration-demo", ("-m", "services.registration", "demo", *options), "registration")
