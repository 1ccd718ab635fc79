"""Tables are as the migrations make them, and each service opens its own database alone."""

import threading

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, MetaData

from services.checkin.service import service as checkin
from shared.cli import alembic_config, upgrade
from tests.environment import SERVICES


def _one(metadata: tuple[MetaData, ...]) -> MetaData:
    together = MetaData()
    for each in metadata:
        for table in each.sorted_tables:
            table.to_metadata(together)
    return together


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_migrations_make_what_the_models_say(environment, service):
    with service.db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": None}
        )
        assert compare_metadata(context, _one(tuple(service.metadata))) == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_check_constraints_are_in_the_database_too(environment, service):
    """Alembic does not compare them."""
    declared = {
        constraint.name
        for metadata in service.metadata
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    with service.db.engine.connect() as connection:
        made = connection.exec_driver_sql(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
        assert declared == set(made.scalars())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_migrations_are_one_line(service):
    assert len(ScriptDirectory.from_config(alembic_config(service)).get_heads()) == 1


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_no_service_opens_anothers_database(postgres, service):
    own = postgres.service_url(service.name).replace("+psycopg", "")
    psycopg.connect(own).close()
    for other in SERVICES:
        if other is not service:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(own.rsplit("/", 1)[0] + f"/{other.name}")


def test_a_migration_waits_for_another_for_longer_than_a_request_may(environment, postgres):
    url = postgres.service_url("checkin").replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('hadir-migrations'))")
        # Longer than the lock timeout of shared/db.py.
        release = threading.Timer(6.5, other.close)
        release.start()
        try:
            upgrade(checkin)
        finally:
            release.join()
