"""People are called participants, obstacles are called issuing problems; the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _rename("people", "participants")
    _rename("obstacles", "issuing_problems")
    op.alter_column("issuing_problems", "person_version", new_column_name="participant_version")
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("event_id", sa.BigInteger),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
    )
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"])
    op.create_index("ix_audit_log_event_id", "audit_log", ["event_id", "id"])


def _rename(table: str, name: str) -> None:
    op.rename_table(table, name)
    op.execute(f"ALTER INDEX ix_{table}_event_id RENAME TO ix_{name}_event_id")
    op.execute(f"ALTER INDEX {table}_pkey RENAME TO {name}_pkey")
