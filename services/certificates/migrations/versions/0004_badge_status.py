"""Every certificate has a place in the lists that say which badges do not hold any more."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("certificates", sa.Column("status_index", sa.Integer(), sa.Identity(), nullable=False))
    op.create_unique_constraint("uq_certificates_status_index", "certificates", ["status_index"])


def downgrade() -> None:
    op.drop_column("certificates", "status_index")
