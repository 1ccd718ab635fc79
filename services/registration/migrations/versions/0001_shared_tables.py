"""The tables of delivery and mail, as every service has them."""

from shared import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.create_delivery_tables()
    migrations.create_mail_table()
    migrations.create_idempotency_table()
