"""Pytest fixtures: the real engines, once per test session, started when a test first asks for them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.queues import SERVICES
from stack import unprivileged
from stack.engines import PostgresServer, ValkeyServer


@pytest.fixture(scope="session")
def engine_directory() -> Iterator[Path]:
    """A directory for engines that an unprivileged account can enter (pytest's own are closed)."""
    directory = Path(tempfile.mkdtemp(prefix="hadir-test-"))
    directory.chmod(0o711)
    yield directory
    unprivileged.remove(directory)


@pytest.fixture(scope="session")
def postgres(engine_directory: Path) -> Iterator[PostgresServer]:
    """PostgreSQL with the three services' databases, empty; addresses by ``postgres.service_url(name)``."""
    with PostgresServer(engine_directory / "postgres", durable=False) as server:
        for service in SERVICES:
            server.create_service_database(service)
        yield server


@pytest.fixture(scope="session")
def valkey(engine_directory: Path) -> Iterator[ValkeyServer]:
    """Valkey with a password, nothing on disk; address by ``valkey.url``."""
    with ValkeyServer(engine_directory / "valkey", persist=False) as server:
        yield server
