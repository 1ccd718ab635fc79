"""Walk-ins, corrections, and when attendance last changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0003"
down_revision = "0002"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "attendance", sa.Column("changed_at", _INSTANT, nullable=False, server_default=sa.text("now()"))
    )
    op.create_index("ix_attendance_event_id_changed_at", "attendance", ["event_id", "changed_at"])
    op.add_column("scans", sa.Column("walk_in_id", UUID))
    op.create_index("ix_scans_walk_in_id", "scans", ["walk_in_id"])
    op.create_table(
        "walk_ins",
        sa.Column("walk_in_id", UUID, primary_key=True),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("organisation", sa.String(200)),
        sa.Column("locale", sa.String(5), nullable=False),
        sa.Column("consent_at", _INSTANT, nullable=False),
        sa.Column("requested_at", _INSTANT, nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("participant_id", UUID),
        sa.Column("reason", sa.Text),
        sa.Column("answer_version", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    op.create_index("ix_walk_ins_event_id", "walk_ins", ["event_id"])
    op.create_index("ix_walk_ins_participant_id", "walk_ins", ["participant_id"])
    op.create_table(
        "corrections",
        sa.Column("participant_id", UUID, primary_key=True),
        sa.Column("session_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("arrived_at", _INSTANT),
        sa.Column("left_at", _INSTANT),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
    )
