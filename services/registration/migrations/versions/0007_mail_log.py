"""The mail log in pages."""

from shared import migrations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    migrations.create_mail_log_indexes()
