"""Finding one among a hundred thousand: words anywhere in name, e-mail or organisation, and what is rare."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # A trusted extension: the database's owner may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        "CREATE INDEX ix_participants_search ON participants USING gin ("
        "lower(coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(organisation, '')) gin_trgm_ops)"
    )
    page = ["created_at", "id"]
    cancelled, staff = sa.text("status = 'cancelled'"), sa.text("role <> 'peserta'")
    op.create_index("ix_participants_cancelled", "participants", ["event_id", *page], postgresql_where=cancelled)
    op.create_index("ix_participants_staff", "participants", ["event_id", "role", *page], postgresql_where=staff)
