"""The audit log has the columns that every service's has: actors by kind, and a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.alter_column("audit_log", "actor", type_=sa.String(80), existing_type=sa.String(64), existing_nullable=False)
    op.add_column("audit_log", sa.Column("reason", sa.Text()))
    # Until now an account was stored as its id alone.
    op.execute("UPDATE audit_log SET actor = 'staff:' || actor WHERE actor NOT IN ('participant', 'system')")
