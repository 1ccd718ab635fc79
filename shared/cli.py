"""The command line that every service has: web, relay, worker, migrate.

Each command imports what it needs when it is called: a process should not hold in memory what it never uses.
"""

import signal
import socket
import threading
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, cast

import click
import structlog

from shared import log

if TYPE_CHECKING:
    from alembic.config import Config

    from shared.service import Service

logger = structlog.get_logger()

WEB_THREADS = 4


def load(package: str) -> "Service":
    """The service that lives in ``package``, e.g. services.checkin."""
    return cast("Service", import_module(f"{package}.service").service)


def service_cli(package: str) -> click.Group:
    """``python -m services.<name>`` for the service in ``package``; it may add commands of its own."""

    @click.group(name=package.rpartition(".")[2])
    def cli() -> None:
        log.configure()

    @cli.command()
    @click.option("--host", default="127.0.0.1", show_default=True)
    @click.option("--port", type=int, required=True)
    @click.option("--workers", default=1, show_default=True, help="Processes; each serves 4 requests at a time.")
    def web(host: str, port: int, workers: int) -> None:
        """Serve the pages and the JSON API."""
        serve(f"{package}.app:create_app", host, port, workers)

    @cli.command()
    def relay() -> None:
        """Carry facts and jobs from the database to the queues."""
        from shared.delivery.relay import Relay
        from shared.worker import make_celery

        service = load(package)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Relay(service.db, make_celery(service.name), service.jobs).run(stop)

    @cli.command()
    @click.option("--queues", required=True, help="Queues to serve, separated by commas.")
    def worker(queues: str) -> None:
        """Work on Celery tasks from the named queues, one at a time."""
        from shared.watchdog import Watchdog
        from shared.worker import TASK_SECONDS

        service = load(package)
        node = f"{queues.replace(',', '+')}@{socket.gethostname()}"
        _take_up(service, queues.split(","), node)
        Watchdog(queues.split(","), TASK_SECONDS, partial(_show_life, service)).start()
        arguments = ["worker", "-Q", queues, "-P", "solo", "-n", node]
        service.celery.start([*arguments, "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"])

    @cli.command()
    @click.argument("names")
    def alive(names: str) -> None:
        """Exit with 1 unless the heartbeats of NAMES ("relay" or queues, separated by commas) are fresh."""
        from shared import heartbeat

        service = load(package)
        with service.db.transaction() as session:
            silent = heartbeat.silent(session, service.name, names.split(","))
        if silent:
            raise click.ClickException(f"no sign of life from {', '.join(silent)}")

    @cli.command()
    def migrate() -> None:
        """Migrate the service's database to the current schema."""
        upgrade(load(package))

    return cli


def _show_life(service: "Service", queue: str) -> None:
    """Store that the worker of ``queue`` works; nothing while the database does not answer."""
    from sqlalchemy.exc import SQLAlchemyError

    from shared import heartbeat

    try:
        with service.db.transaction() as session:
            heartbeat.record(session, queue)
    except SQLAlchemyError as error:
        logger.warning("heartbeat-not-stored", queue=queue, error=type(error).__name__)


def _take_up(service: "Service", served: list[str], node: str) -> None:
    """Make due at once what this worker was doing when it last died."""
    from sqlalchemy.exc import SQLAlchemyError

    from shared import jobs
    from shared.db import describe

    kinds = [kind for kind in service.jobs if kind.queue in served]
    try:
        left = jobs.register_worker(service.db, kinds, node)
    except SQLAlchemyError as error:
        # The jobs become due when their leases end.
        logger.warning("jobs-not-taken-up", node=node, error=describe(error))
    else:
        logger.info("worker-begins", node=node, left_behind=left)


def serve(target: str, host: str, port: int, workers: int) -> None:
    """Run a WSGI factory ``module:function`` under Granian until terminated."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        # The default of 512 threads would need 512 database connections.
        blocking_threads=WEB_THREADS,
        # One open stream must not delay a stop.
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        log_access=False,
        websockets=False,
    ).serve()


def upgrade(service: "Service") -> None:
    """Run the service's Alembic migrations up to the newest."""
    from alembic import command

    command.upgrade(alembic_config(service), "head")


def alembic_config(service: "Service") -> "Config":
    """Alembic's configuration for a service; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(service.folder / "migrations"))
    config.attributes["service"] = service
    return config
