"""Fixtures that give the services their settings and their databases, as the stack does for real processes."""

import os
import secrets
from collections.abc import Iterator

import pytest
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from services.certificates.service import service as certificates
from services.checkin.service import service as checkin
from services.registration.service import service as registration
from shared import keys, translations
from shared.cli import upgrade
from shared.service import Service
from stack.engines import PostgresServer, ValkeyServer

SERVICES: tuple[Service, ...] = (registration, checkin, certificates)


def _key_settings() -> dict[str, str]:
    settings = {}
    for name in ("SESSION", "TICKET", "CERTIFICATE"):
        signing = keys.SigningKey(1, Ed25519PrivateKey.generate())
        settings[f"HADIR_{name}_PRIVATE_KEY"] = f"1:{keys.encode(signing.key.private_bytes_raw())}"
        settings[f"HADIR_{name}_PUBLIC_KEYS"] = signing.public()
    return settings


@pytest.fixture(scope="session")
def environment(postgres: PostgresServer, valkey: ValkeyServer) -> Iterator[None]:
    """The settings of all three services in this process, and their migrated databases."""
    before = dict(os.environ)
    list(translations.compile_all())
    os.environ.update(_key_settings())
    os.environ.update(
        HADIR_PUBLIC_URL="http://localhost:8080",
        HADIR_CHECK_FACTS="1",
        HADIR_SECRET_KEY=secrets.token_hex(),
        HADIR_BROKER_URL=valkey.url,
        # All tests sign up from one address.
        HADIR_SIGN_UPS_PER_MINUTE="100000",
        # Nothing listens on the discard port: a test that sends mail starts a server of its own.
        HADIR_SMTP_URL="smtp://127.0.0.1:9",
        HADIR_MAIL_FROM="JPPI <noreply@hadir.example>",
    )
    for service in SERVICES:
        os.environ[f"{service.name.upper()}_DATABASE_URL"] = postgres.service_url(service.name)
        service.celery.conf.broker_url = valkey.url
        upgrade(service)
    yield
    for service in SERVICES:
        service.db.dispose()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def clean(environment: None) -> Iterator[None]:
    """Empty tables in all three databases, no rate limit used up, and the clock at real time."""
    os.environ.pop("HADIR_CLOCK_FILE", None)
    broker = redis.Redis.from_url(os.environ["HADIR_BROKER_URL"])
    for key in broker.scan_iter("*hadir-limit*"):
        broker.delete(key)
    broker.close()
    yield
    os.environ.pop("HADIR_CLOCK_FILE", None)
    for service in SERVICES:
        empty(service)


def empty(service: Service) -> None:
    """Delete every row of a service's database and restart its identities."""
    tables = [f'"{table.name}"' for metadata in service.metadata for table in metadata.sorted_tables]
    with service.db.transaction() as session:
        session.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
