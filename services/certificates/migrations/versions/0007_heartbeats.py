"""Signs of life, and messages that may kill their worker."""

from shared import migrations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    migrations.create_heartbeat_tables(["mails", "runs"])
