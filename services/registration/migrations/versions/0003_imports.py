"""Uploaded lists between preview and commit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("partner_id", sa.Integer, nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("rows", JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_imports_partner_id_partners", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_imports_partner_id", "imports", ["partner_id"])
    op.create_index("ix_imports_created_at", "imports", ["created_at"])
