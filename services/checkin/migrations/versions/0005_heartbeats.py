"""Signs of life, and messages that may kill their worker."""

from shared import migrations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    migrations.create_heartbeat_tables([])
