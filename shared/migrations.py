"""Code shared by the services' migrations: running them, and the shared tables as they were at each version.

A shared table that changes gets a new function here and a migration in each service; existing ones stay as they are.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.service import Service

_INSTANT = sa.DateTime(timezone=True)


def run(service: Service) -> None:
    """The body of every service's migrations/env.py."""
    with service.db.engine.connect() as connection:
        # A migration may wait for a lock, or rewrite a table, as long as it takes; a request may not.
        connection.exec_driver_sql("SET lock_timeout = 0")
        connection.exec_driver_sql("SET statement_timeout = 0")
        # Two deployments that start at the same time migrate one after the other.
        connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext('hadir-migrations'))")
        connection.commit()
        _run_on(connection, service)
        connection.exec_driver_sql("SELECT pg_advisory_unlock(hashtext('hadir-migrations'))")
        connection.commit()


def _run_on(connection: Connection, service: Service) -> None:
    context.configure(connection=connection, target_metadata=list(service.metadata), compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def create_delivery_tables() -> None:
    """outbox and dead_letters, version 1."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("subscriber", sa.String(40), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("delivered_at", _INSTANT),
        sa.Column("request_id", sa.String(32)),
    )
    undelivered, delivered = sa.text("delivered_at IS NULL"), sa.text("delivered_at IS NOT NULL")
    op.create_index("ix_outbox_due", "outbox", ["subscriber", "due_at"], postgresql_where=undelivered)
    op.create_index("ix_outbox_delivered", "outbox", ["delivered_at"], postgresql_where=delivered)
    op.create_index("ix_outbox_key", "outbox", ["key"])
    op.create_table(
        "dead_letters",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("replays", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    )
    op.create_index("ix_dead_letters_key", "dead_letters", ["key"])
    op.create_index("uq_dead_letters_message", "dead_letters", ["source", "message_id"], unique=True)


def create_heartbeat_tables(job_tables: Sequence[str]) -> None:
    """heartbeats and risky_messages, version 1; and since when facts and jobs wait."""
    for table, column in (("outbox", "published_at"), *((table, "asked_at") for table in job_tables)):
        op.add_column(table, sa.Column(column, _INSTANT))
        # Existing rows are at least as old as that.
        op.execute(f"UPDATE {table} SET {column} = due_at")
        op.alter_column(table, column, nullable=False)
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
    )
    op.create_table(
        "risky_messages",
        sa.Column("source", sa.String(40), primary_key=True),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("tried_at", _INSTANT, nullable=False),
    )


def job_columns() -> list[sa.Column]:
    """The columns of shared.jobs.JobMixin, version 1."""
    return [
        sa.Column("state", sa.String(20), nullable=False, server_default="waiting"),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("last_error", sa.Text),
        sa.Column("finished_at", _INSTANT),
        sa.Column("held_by", sa.String(120)),
        sa.Column("request_id", sa.String(32)),
    ]


def create_job_index(table: str) -> None:
    """The index by which the relay finds due rows of a job table; declare jobs.due_index(...) on the model too."""
    unfinished = sa.text("state IN ('waiting', 'handed_out', 'running')")
    op.create_index(f"ix_{table}_due", table, ["due_at"], postgresql_where=unfinished)


def create_mail_table() -> None:
    """mails, version 1."""
    op.create_table(
        "mails",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_key", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("occasion", sa.String(200), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.Column("server_answer", sa.Text),
        *job_columns(),
        sa.UniqueConstraint("occasion", name="uq_mails_occasion"),
    )
    op.create_index("ix_mails_kind", "mails", ["kind"])
    op.create_index("ix_mails_subject_key", "mails", ["subject_key"])
    create_job_index("mails")


def create_mail_log_indexes() -> None:
    """mails, version 2: the log in pages."""
    op.create_index("ix_mails_created_at", "mails", ["created_at", "id"])
    op.create_index("ix_mails_failed", "mails", ["created_at", "id"], postgresql_where=sa.text("state = 'failed'"))


def add_mail_reference(kind: str, reference: str) -> None:
    """mails, version 3: ``reference`` becomes a column of its own, and ``occasion`` becomes ``dedupe_key``.

    ``kind`` are the kinds of mail with a related row, ``reference`` the SQL expression that reads its id from the
    old text.
    """
    op.alter_column("mails", "occasion", new_column_name="dedupe_key")
    op.drop_constraint("uq_mails_occasion", "mails")
    op.create_unique_constraint("uq_mails_dedupe_key", "mails", ["dedupe_key"])
    op.add_column("mails", sa.Column("reference", UUID))
    op.execute(f"UPDATE mails SET reference = ({reference})::uuid WHERE kind = '{kind}'")
    op.create_index("ix_mails_reference", "mails", ["reference"])


def create_idempotency_table() -> None:
    """idempotent_answers, version 1."""
    op.create_table(
        "idempotent_answers",
        sa.Column("scope", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.SmallInteger),
        sa.Column("body", JSONB),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("subject", sa.String(64)),
    )
    op.create_index("ix_idempotent_answers_created_at", "idempotent_answers", ["created_at"])
    op.create_index("ix_idempotent_answers_subject", "idempotent_answers", ["subject"])
