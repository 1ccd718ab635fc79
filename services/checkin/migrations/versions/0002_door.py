"""Roster, schedule, scans, attendance, devices, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _copies()
    _scans()
    _devices()


def _copies() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String(200), nullable=False) for name in ("slug", "title")),
        sa.Column("title_en", sa.String(200)),
        *(sa.Column(name, sa.String(200), nullable=False) for name in ("organiser", "venue", "timezone")),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "schedules",
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("timezone", sa.String(200), nullable=False),
        sa.Column("sessions", JSONB, nullable=False),
    )
    op.create_table(
        "roster",
        sa.Column("participant_id", UUID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("ticket_id", UUID, nullable=False),
        sa.Column("revoked_ticket_ids", sa.ARRAY(UUID), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("organisation", sa.String(200)),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("status_at", _INSTANT, nullable=False),
        sa.Column("group_number", sa.Integer),
        sa.Column("group_topic", sa.String(500)),
        sa.Column("needs_assistance", sa.Boolean, nullable=False),
        sa.Column("erased", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.UniqueConstraint("ticket_id", name="uq_roster_ticket_id"),
    )
    op.create_index("ix_roster_event_id_revision", "roster", ["event_id", "revision"])
    op.create_index("ix_roster_event_id_code", "roster", ["event_id", "code"])
    op.create_index("ix_roster_revoked", "roster", ["revoked_ticket_ids"], postgresql_using="gin")
    op.create_table(
        "roster_revisions",
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )


def _scans() -> None:
    op.create_table(
        "scans",
        sa.Column("scan_id", UUID, primary_key=True),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("device_id", UUID),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("ticket_id", UUID),
        sa.Column("participant_id", UUID),
        sa.Column("ticket_revoked", sa.Boolean),
        sa.Column("ticket_expired", sa.Boolean, nullable=False),
        sa.Column("read_as", sa.String(60)),
        sa.Column("session_id", sa.Integer),
        sa.Column("undoes", UUID),
        sa.Column("override_reason", sa.Text),
        sa.Column("told", sa.String(20)),
        sa.Column("answered", sa.String(20), nullable=False),
        sa.Column("answered_session", sa.Integer),
        sa.Column("answered_about", _INSTANT),
        sa.Column("effective", sa.String(20), nullable=False),
        sa.Column("effective_session", sa.Integer),
        sa.Column("conflict", sa.Boolean, nullable=False, server_default=sa.text("false")),
        *(sa.Column(f"{name}_at", _INSTANT, nullable=False) for name in ("scanned", "effective", "received")),
        sa.Column("device_now", _INSTANT, nullable=False),
        sa.Column("schedule_version", sa.Integer, nullable=False),
    )
    for column in ("ticket_id", "participant_id", "undoes"):
        op.create_index(f"ix_scans_{column}", "scans", [column])
    op.create_index("ix_scans_event_id_received_at", "scans", ["event_id", "received_at"])
    op.create_index("ix_scans_conflicts", "scans", ["event_id"], postgresql_where=sa.text("conflict"))
    op.create_table(
        "attendance",
        sa.Column("participant_id", UUID, primary_key=True),
        sa.Column("session_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("arrived_at", _INSTANT),
        sa.Column("left_at", _INSTANT),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("punctuality", sa.String(20)),
        sa.Column("corrected", sa.Boolean, nullable=False),
    )
    op.create_index("ix_attendance_event_id_session_id", "attendance", ["event_id", "session_id"])


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("pairing_hash", sa.String(64)),
        sa.Column("pairing_expires_at", _INSTANT),
        sa.Column("token_hash", sa.String(64)),
        *(sa.Column(name, _INSTANT) for name in ("paired_at", "last_seen_at", "revoked_at")),
        sa.UniqueConstraint("pairing_hash", name="uq_devices_pairing_hash"),
        sa.UniqueConstraint("token_hash", name="uq_devices_token_hash"),
    )
    op.create_index("ix_devices_event_id", "devices", ["event_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", UUID),
        sa.Column("reason", sa.Text),
    )
    op.create_index("ix_audit_event_id_at", "audit", ["event_id", "at"])
