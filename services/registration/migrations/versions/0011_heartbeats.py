"""Signs of life, and messages that may kill their worker."""

from shared import migrations

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    migrations.create_heartbeat_tables(["mails"])
