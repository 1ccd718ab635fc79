"""The mail log in pages."""

from shared import migrations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    migrations.create_mail_log_indexes()
