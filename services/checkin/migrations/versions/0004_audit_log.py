"""The audit log gets the columns that it has in every service, and actions get dotted names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

_ACTIONS = {
    "device-created": "device.created",
    "device-paired": "device.paired",
    "device-revoked": "device.revoked",
    "override": "scan.overridden",
    "attendance-corrected": "attendance.corrected",
    "correction-withdrawn": "correction.withdrawn",
}


def upgrade() -> None:
    op.rename_table("audit", "audit_log")
    op.drop_index("ix_audit_event_id_at", "audit_log")
    op.alter_column("audit_log", "action", type_=sa.String(60))
    op.alter_column("audit_log", "event_id", nullable=True)
    op.execute("ALTER TABLE audit_log ALTER COLUMN subject TYPE varchar(64) USING coalesce(subject::text, '')")
    op.alter_column("audit_log", "subject", nullable=False)
    op.add_column("audit_log", sa.Column("actor_name", sa.String(200), nullable=False, server_default=""))
    op.alter_column("audit_log", "actor_name", server_default=None)
    op.add_column("audit_log", sa.Column("before", JSONB))
    op.add_column("audit_log", sa.Column("after", JSONB))
    op.create_index("ix_audit_log_event_id_at", "audit_log", ["event_id", "at"])
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"])
    for old, new in _ACTIONS.items():
        op.execute(f"UPDATE audit_log SET action = '{new}' WHERE action = '{old}'")
