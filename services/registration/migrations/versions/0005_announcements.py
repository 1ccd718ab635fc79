"""Letters to many participants at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String(150), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_announcements_event_id_events", ondelete="CASCADE"),
    )
    op.create_index("ix_announcements_event_id", "announcements", ["event_id"])
