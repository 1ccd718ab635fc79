"""Alembic asks here how to migrate; the house has one way."""

from alembic import context

from shared import migrations

migrations.run(context.config.attributes["service"])
