"""A mail names the announcement it belongs to."""

from shared import migrations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    migrations.add_mail_reference("announcement", "split_part(dedupe_key, ':', 2)")
