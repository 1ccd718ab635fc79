"""Who comes as whose companion: they stay together in breakout groups."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("participants", sa.Column("companion_of_id", UUID))
    op.create_foreign_key(
        "fk_participants_companion_of_id_participants", "participants", "participants", ["companion_of_id"], ["id"]
    )
