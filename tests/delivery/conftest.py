"""Fixtures of the delivery tests: an empty harness for each test, engines and processes kept for all of them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.engines import PostgresServer, ValkeyServer
from tests.delivery import services
from tests.delivery.harness import Harness


@pytest.fixture(scope="module")
def engines(engine_directory: Path) -> Iterator[tuple[PostgresServer, ValkeyServer]]:
    """Engines that a test may stop, kill and wipe."""
    postgres = PostgresServer(engine_directory / "delivery-postgres", durable=False)
    valkey = ValkeyServer(engine_directory / "delivery-valkey", persist=False)
    before = dict(os.environ)
    with postgres, valkey, services.contracts():
        for db in (services.sender_db, services.receiver_db):
            os.environ[f"{db.service.upper()}_DATABASE_URL"] = postgres.create_service_database(db.service)
        os.environ["HADIR_BROKER_URL"] = valkey.url
        os.environ["HADIR_CHECK_FACTS"] = "1"
        services.create_tables()
        yield postgres, valkey
        for db in (services.sender_db, services.receiver_db):
            db.dispose()
    os.environ.clear()
    os.environ.update(before)
    postgres.remove()
    valkey.remove()


@pytest.fixture
def databases(engines: object) -> None:
    """Both databases, empty."""
    services.empty_tables()


@pytest.fixture(scope="module")
def processes(
    engines: tuple[PostgresServer, ValkeyServer], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Harness]:
    harness = Harness(*engines, tmp_path_factory.mktemp("harness"))
    harness.start("relay", "sender", "receiver")
    yield harness
    harness.stop()


@pytest.fixture
def harness(processes: Harness) -> Harness:
    """All processes at work, nothing to do, nothing in the queues."""
    services.empty_tables()
    processes.flush()
    return processes
