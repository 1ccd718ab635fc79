"""The migrations make exactly the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.registration.service import service


def test_models_and_migrations_agree(clean):
    with service.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, list(service.metadata))
    assert differences == []
