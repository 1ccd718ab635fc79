"""A mail names the certificate it carries."""

from shared import migrations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    migrations.add_mail_reference("certificate", "split_part(dedupe_key, ':', 2)")
