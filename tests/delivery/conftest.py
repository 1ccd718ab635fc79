"""Fixtures of the delivery tests: an empty stage for each test, engines and processes kept for all of them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.engines import PostgresServer, ValkeyServer
from tests.delivery import things
from tests.delivery.stage import Stage


@pytest.fixture(scope="module")
def engines(engine_directory: Path) -> Iterator[tuple[PostgresServer, ValkeyServer]]:
    """Engines that a test may stop, kill and wipe."""
    postgres = PostgresServer(engine_directory / "delivery-postgres", durable=False)
    valkey = ValkeyServer(engine_directory / "delivery-valkey", persist=False)
    before = dict(os.environ)
    with postgres, valkey, things.contracts():
        for db in (things.sender_db, things.receiver_db):
            os.environ[f"{db.service.upper()}_DATABASE_URL"] = postgres.create_service_database(db.service)
        os.environ["HADIR_BROKER_URL"] = valkey.url
        os.environ["HADIR_CHECK_FACTS"] = "1"
        things.create_tables()
        yield postgres, valkey
        for db in (things.sender_db, things.receiver_db):
            db.dispose()
    os.environ.clear()
    os.environ.update(before)
    postgres.remove()
    valkey.remove()


@pytest.fixture
def databases(engines: object) -> None:
    """Both databases, empty."""
    things.empty_tables()


@pytest.fixture(scope="module")
def processes(
    engines: tuple[PostgresServer, ValkeyServer], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    stage = Stage(*engines, tmp_path_factory.mktemp("stage"))
    stage.start("relay", "sender", "receiver")
    yield stage
    stage.stop()


@pytest.fixture
def stage(processes: Stage) -> Stage:
    """All processes at work, nothing to do, nothing in the queues."""
    things.empty_tables()
    processes.flush()
    return processes
