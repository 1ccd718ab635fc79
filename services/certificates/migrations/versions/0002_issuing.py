"""Copies of events, people and attendance; series, certificates, runs and obstacles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared import migrations

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    migrations.create_idempotency_table()
    _copies()
    _issued()
    op.create_table(
        "runs",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(10), nullable=False),
        sa.Column("started_by", sa.String(200)),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("planned", sa.Integer),
        sa.Column("issued", sa.Integer, nullable=False, server_default=sa.text("0")),
        *migrations.job_columns(),
    )
    migrations.create_job_index("runs")
    op.create_index("ix_runs_event_id", "runs", ["event_id", "created_at"])
    unfinished = sa.text("state IN ('waiting', 'handed_out', 'running')")
    op.create_index("uq_runs_unfinished", "runs", ["event_id"], unique=True, postgresql_where=unfinished)
    op.create_table(
        "decisions",
        sa.Column("participant_id", UUID, primary_key=True),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=False),
    )
    op.create_index("ix_decisions_event_id", "decisions", ["event_id"])
    op.create_table(
        "layouts",
        sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("bilingual", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("second_page", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("statement", sa.String(200)),
        sa.Column("statement_en", sa.String(200)),
        sa.Column("logos", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("signatures", JSONB, nullable=False, server_default=sa.text("'{}'")),
    )
    op.create_table(
        "images",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("svg", sa.Text, nullable=False),
    )
    op.create_table(
        "obstacles",
        sa.Column("participant_id", UUID, primary_key=True),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("person_version", sa.Integer, nullable=False),
        sa.Column("characters", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("noticed_at", _INSTANT, nullable=False),
    )
    op.create_index("ix_obstacles_event_id", "obstacles", ["event_id"])


def _copies() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slug", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200)),
        sa.Column("organiser", sa.String(200), nullable=False),
        sa.Column("organiser_id", sa.Integer, nullable=False),
        sa.Column("venue", sa.String(200), nullable=False),
        sa.Column("timezone", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        *(
            sa.Column(name, JSONB, nullable=False)
            for name in ("sessions", "topics", "partners", "policy", "signatories")
        ),
        sa.Column("number_pattern", sa.String(80), nullable=False),
        sa.Column("issue_at", _INSTANT, nullable=False),
        sa.Column("evaluate_at", _INSTANT),
    )
    to_look_at = sa.text("evaluate_at IS NOT NULL")
    op.create_index("ix_events_evaluate_at", "events", ["evaluate_at"], postgresql_where=to_look_at)
    op.create_table(
        "people",
        sa.Column("participant_id", UUID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("locale", sa.String(5), nullable=False),
        sa.Column("organisation", sa.String(200)),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("status_at", _INSTANT, nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.create_index("ix_people_event_id", "people", ["event_id"])
    op.create_table(
        "attendance",
        sa.Column("participant_id", UUID, primary_key=True),
        sa.Column("session_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("arrived_at", _INSTANT),
        sa.Column("left_at", _INSTANT),
        sa.Column("minutes", sa.Integer, nullable=False),
    )
    op.create_index("ix_attendance_event_id", "attendance", ["event_id"])


def _issued() -> None:
    op.create_table(
        "series",
        sa.Column("organiser_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("frame", sa.String(120), primary_key=True),
        sa.Column("last", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "certificates",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("participant_id", UUID, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("organiser_id", sa.Integer, nullable=False),
        sa.Column("number", sa.String(120), nullable=False),
        sa.Column("base_number", sa.String(120), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("status_at", _INSTANT, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("kid", sa.SmallInteger, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("fact_version", sa.Integer, nullable=False),
        sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.UniqueConstraint("code", name="uq_certificates_code"),
        sa.UniqueConstraint("participant_id", "version", name="uq_certificates_participant_id_version"),
        sa.UniqueConstraint("organiser_id", "number", name="uq_certificates_organiser_id_number"),
    )
    live = sa.text("status = 'valid'")
    columns = ["event_id", "participant_id"]
    op.create_index("uq_certificates_live", "certificates", columns, unique=True, postgresql_where=live)
    op.create_index("ix_certificates_event_id", "certificates", ["event_id", "id"])
