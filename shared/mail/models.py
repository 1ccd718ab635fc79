"""The mail table, present in services that send e-mail: one row per mail and recipient."""

import uuid
from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import clock
from shared.db import Instant, metadata
from shared.jobs import JobMixin, due_index


class MailBase(DeclarativeBase):
    """The table of outgoing mail."""

    metadata = metadata()


class Mail(JobMixin, MailBase):
    """One e-mail to one person. Its text is composed from current rows when it is sent, not kept here."""

    __tablename__ = "mails"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    # What it is about, e.g. "ticket"; decides which function composes it.
    kind: Mapped[str] = mapped_column(String(40), index=True)
    # Key of the row it is about (a participant, a certificate), as text.
    subject_key: Mapped[str] = mapped_column(String(64), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    # The id of a related row: the certificate that it carries, the announcement that it belongs to.
    reference: Mapped[uuid.UUID | None] = mapped_column(index=True)
    # A second mail with the same key is not queued; a resend sends the same row again. It is never parsed.
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    # Business time, for the mail log.
    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    server_answer: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        due_index("mails"),
        # For the log's pages, newest first; failed mail is rare and often filtered for.
        Index("ix_mails_created_at", "created_at", "id"),
        Index("ix_mails_failed", "created_at", "id", postgresql_where=text("state = 'failed'")),
    )

    def message_id(self, domain: str) -> str:
        """The stable Message-ID: mail programs show a mail sent twice after a crash as one."""
        return f"<{self.id}@{domain}>"
