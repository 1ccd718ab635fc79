"""The tables of registration: events with their seats, participants, people who sign in, copies, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", UUID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200)),
        sa.Column("password_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("uq_accounts_email", "accounts", [sa.text("lower(email)")], unique=True)
    op.create_table(
        "attendance",
        sa.Column("participant_id", UUID, nullable=False),
        sa.Column("session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", _INSTANT),
        sa.Column("left_at", _INSTANT),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("punctuality", sa.String(length=20)),
        sa.PrimaryKeyConstraint("participant_id", "session_id", name="pk_attendance"),
    )
    op.create_index("ix_attendance_event_id", "attendance", ["event_id"])
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("event_id", sa.BigInteger()),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_event", "audit_log", ["event_id", "id"])
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"])
    op.create_table(
        "certificate_copies",
        sa.Column("participant_id", UUID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("verification_url", sa.Text(), nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name="pk_certificate_copies"),
    )
    op.create_index("ix_certificate_copies_event_id", "certificate_copies", ["event_id"])
    op.create_table(
        "organisers",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisers"),
    )
    op.create_table(
        "walk_ins",
        sa.Column("id", UUID, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("participant_id", UUID),
        sa.Column("reason", sa.Text()),
        sa.Column("answered_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_walk_ins"),
    )
    op.create_index("ix_walk_ins_participant_id", "walk_ins", ["participant_id"])
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200)),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text()),
        sa.Column("venue", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("signup_closes_at", _INSTANT),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("offer_hours", sa.Integer()),
        sa.Column("questions", JSONB, nullable=False),
        sa.Column("topics", JSONB, nullable=False),
        sa.Column("groups_locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("certificate_policy", JSONB, nullable=False),
        sa.Column("certificate_grace_minutes", sa.Integer(), nullable=False),
        sa.Column("certificate_number_pattern", sa.String(length=100), nullable=False),
        sa.Column("signatories", JSONB, nullable=False),
        sa.CheckConstraint("status IN ('draft', 'published', 'closed', 'archived')", name="ck_events_status"),
        sa.CheckConstraint("ends_at > starts_at", name="ck_events_ends_after_start"),
        sa.CheckConstraint("id BETWEEN 1 AND 4294967295", name="ck_events_id_fits_ticket"),
        sa.ForeignKeyConstraint(["organiser_id"], ["organisers.id"], name="fk_events_organiser_id_organisers"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("slug", name="uq_events_slug"),
    )
    op.create_index("ix_events_starts_at", "events", ["starts_at"])
    op.create_table(
        "signin_sessions",
        sa.Column("id", UUID, nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_signin_sessions_account_id_accounts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signin_sessions"),
        sa.UniqueConstraint("secret_hash", name="uq_signin_sessions_secret_hash"),
    )
    op.create_index("ix_signin_sessions_account_id", "signin_sessions", ["account_id"])
    op.create_index("ix_signin_sessions_expires_at", "signin_sessions", ["expires_at"])
    op.create_table(
        "consent_texts",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_consent_texts_event_id_events", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "version", name="pk_consent_texts"),
    )
    op.create_table(
        "event_sessions",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200)),
        sa.Column("opens_at", _INSTANT, nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("late_after", _INSTANT, nullable=False),
        sa.Column("closes_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "late_after >= opens_at AND late_after <= closes_at", name="ck_event_sessions_late_within_door"
        ),
        sa.CheckConstraint(
            "opens_at < closes_at AND closes_at <= ends_at", name="ck_event_sessions_door_within_session"
        ),
        sa.CheckConstraint("opens_at <= starts_at AND starts_at < ends_at", name="ck_event_sessions_begins_before_end"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_event_sessions_event_id_events", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_sessions"),
    )
    op.create_index("ix_event_sessions_event_id", "event_sessions", ["event_id"])
    op.create_table(
        "partners",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("invite_code", sa.String(length=40), nullable=False),
        sa.Column("invite_expires_at", _INSTANT),
        sa.Column("invite_uses_left", sa.Integer()),
        sa.Column("release_at", _INSTANT),
        sa.CheckConstraint("invite_uses_left >= 0", name="ck_partners_invite_uses_left"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_partners_event_id_events", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_partners"),
        sa.UniqueConstraint("invite_code", name="uq_partners_invite_code"),
    )
    op.create_index("ix_partners_event_id", "partners", ["event_id"])
    op.create_index("uq_partners_event_name", "partners", ["event_id", sa.text("lower(name)")], unique=True)
    op.create_table(
        "account_scopes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.BigInteger()),
        sa.Column("partner_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_scopes_account_id_accounts", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_account_scopes_event_id_events", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_account_scopes_partner_id_partners", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_scopes"),
    )
    op.create_index(
        "uq_account_scopes",
        "account_scopes",
        ["account_id", "role", "event_id", "partner_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "seat_pools",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Integer()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= size", name="ck_seat_pools_never_oversold"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_seat_pools_event_id_events", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_seat_pools_partner_id_partners", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_seat_pools"),
    )
    op.create_index(
        "uq_seat_pools_event_partner",
        "seat_pools",
        ["event_id", "partner_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "participants",
        sa.Column("id", UUID, nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Integer()),
        sa.Column("pool_id", sa.Integer()),
        sa.Column("name", sa.String(length=200)),
        sa.Column("email", sa.String(length=254)),
        sa.Column("organisation", sa.String(length=200)),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_at", _INSTANT, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("offer_ends_at", _INSTANT),
        sa.Column("ticket_id", UUID, nullable=False),
        sa.Column("revoked_ticket_ids", ARRAY(UUID), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("consent_at", _INSTANT, nullable=False),
        sa.Column("needs", JSONB, nullable=False),
        sa.Column("needs_note", sa.Text()),
        sa.Column("needs_consent_at", _INSTANT),
        sa.Column("group_number", sa.Integer()),
        sa.Column("requested_name", sa.String(length=200)),
        sa.Column("erased_at", _INSTANT),
        sa.CheckConstraint("role IN ('peserta', 'narasumber', 'moderator', 'panitia')", name="ck_participants_role"),
        sa.CheckConstraint(
            "status <> 'confirmed' OR role <> 'peserta' OR pool_id IS NOT NULL",
            name="ck_participants_confirmed_has_a_seat",
        ),
        sa.CheckConstraint("status = 'confirmed' OR pool_id IS NULL", name="ck_participants_seat_only_when_confirmed"),
        sa.CheckConstraint("status IN ('confirmed', 'waitlisted', 'cancelled')", name="ck_participants_status"),
        sa.CheckConstraint(
            "jsonb_array_length(needs) = 0 OR needs_consent_at IS NOT NULL", name="ck_participants_needs_with_consent"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_participants_event_id_events"),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_participants_partner_id_partners"),
        sa.ForeignKeyConstraint(["pool_id"], ["seat_pools.id"], name="fk_participants_pool_id_seat_pools"),
        sa.PrimaryKeyConstraint("id", name="pk_participants"),
        sa.UniqueConstraint("code", name="uq_participants_code"),
        sa.UniqueConstraint("ticket_id", name="uq_participants_ticket_id"),
    )
    op.create_index("ix_participants_page", "participants", ["event_id", "created_at", "id"])
    op.create_index("ix_participants_partner", "participants", ["partner_id", "created_at", "id"])
    op.create_index("ix_participants_pool_id", "participants", ["pool_id"])
    op.create_index(
        "ix_participants_waiting",
        "participants",
        ["event_id", "created_at"],
        postgresql_where=sa.text("status = 'waitlisted'"),
    )
    op.create_index(
        "uq_participants_live_email",
        "participants",
        ["event_id", sa.text("lower(email)")],
        unique=True,
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
