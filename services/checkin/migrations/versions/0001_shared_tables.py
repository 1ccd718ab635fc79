"""The tables of delivery, as every service has them."""

from shared import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.create_delivery_tables()
