"""Tables of certificates: its own copies of events, participants and attendance, and what it issues."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import clock
from shared.audit import AuditMixin
from shared.db import Database, Instant, metadata
from shared.jobs import JobMixin, due_index

db = Database("certificates")

# Statuses of a certificate.
VALID, REPLACED, REVOKED = "valid", "replaced", "revoked"
# Kinds of a decision.
GRANT, DENY = "grant", "deny"
# Causes of a run: the event has ended, something changed afterwards, an organiser asked, or an organiser asked to
# also replace certificates whose content is out of date. The values are part of the JSON API.
ENDED, CHANGED, REQUESTED, REISSUE = "end", "late", "hand", "anew"


class Base(DeclarativeBase):
    """The tables that certificates owns."""

    metadata = metadata()


class Event(Base):
    """Copy of an event, as registration last published it."""

    __tablename__ = "events"

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    slug: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(200))
    organiser: Mapped[str] = mapped_column(String(200))
    organiser_id: Mapped[int] = mapped_column(Integer)
    venue: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    # The agenda: items as in the fact, with instants as ISO text.
    sessions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    topics: Mapped[list[str]] = mapped_column(JSONB)
    partners: Mapped[list[str]] = mapped_column(JSONB)
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB)
    signatories: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    number_pattern: Mapped[str] = mapped_column(String(80))
    # Business time: the event's end plus the grace period. Certificates may be issued from then on.
    issue_at: Mapped[datetime] = mapped_column(Instant)
    # Business time at which the tick checks who is due; null when nothing has changed since the last check.
    evaluate_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_events_evaluate_at", "evaluate_at", postgresql_where=text("evaluate_at IS NOT NULL")),)


class Participant(Base):
    """Copy of a participant. An erased one keeps only its keys and its version."""

    __tablename__ = "participants"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    event_id: Mapped[int] = mapped_column(Integer, index=True)
    name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(5))
    organisation: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    status_at: Mapped[datetime] = mapped_column(Instant)
    email: Mapped[str | None] = mapped_column(String(254))
    erased: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class Attendance(Base):
    """Copy of one participant's presence at one agenda item."""

    __tablename__ = "attendance"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    event_id: Mapped[int] = mapped_column(Integer, index=True)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    minutes: Mapped[int] = mapped_column(Integer)


class Series(Base):
    """A gap-free series of numbers: one for each organiser and each text around the running number."""

    __tablename__ = "series"

    organiser_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The pattern with everything but the running number filled in, e.g. "{seq}/JPPI/XII/2022".
    frame: Mapped[str] = mapped_column(String(120), primary_key=True)
    last: Mapped[int] = mapped_column(Integer, server_default=text("0"))


class Certificate(Base):
    """One version of one participant's certificate. Its content is ``data``, signed; the PDF is a view of it."""

    __tablename__ = "certificates"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    event_id: Mapped[int] = mapped_column(Integer)
    participant_id: Mapped[uuid.UUID]
    version: Mapped[int] = mapped_column(SmallInteger)
    organiser_id: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(120))
    # The number without the suffix of a corrected version.
    base_number: Mapped[str] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(16), unique=True)
    status: Mapped[str] = mapped_column(String(10), default=VALID)
    # Business time since which the status applies, and the reason that an organiser gave.
    status_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    kid: Mapped[int] = mapped_column(SmallInteger)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    # The version of the last published fact, counted over all certificates of the participant.
    fact_version: Mapped[int] = mapped_column(Integer)
    # The participant was erased: ``data`` no longer has the name, and only the holder can show it.
    withheld: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    # Its place in the lists of badges that are no longer valid; see verification/status_lists.py.
    status_index: Mapped[int] = mapped_column(Integer, Identity(), unique=True)

    __table_args__ = (
        Index(
            "uq_certificates_live", "event_id", "participant_id", unique=True, postgresql_where=text("status = 'valid'")
        ),
        UniqueConstraint("participant_id", "version"),
        UniqueConstraint("organiser_id", "number"),
        Index("ix_certificates_event_id", "event_id", "id"),
    )


class Run(JobMixin, Base):
    """An issuing run for one event: a job that issues to everybody who is due, in chunks."""

    __tablename__ = "runs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    event_id: Mapped[int] = mapped_column(Integer)
    # One of the constants below.
    cause: Mapped[str] = mapped_column(String(10))
    # The name of the organiser, for people to read; the audit log has the identity.
    started_by: Mapped[str | None] = mapped_column(String(200))
    # Business time.
    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    planned: Mapped[int | None] = mapped_column(Integer)
    issued: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))

    __table_args__ = (
        due_index("runs"),
        Index("ix_runs_event_id", "event_id", "created_at"),
        Index(
            "uq_runs_unfinished",
            "event_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'handed_out', 'running')"),
        ),
    )


class Decision(Base):
    """An exception: what an organiser decided about one participant against the policy, and why."""

    __tablename__ = "decisions"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(Integer, index=True)
    # GRANT or DENY
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    # The name of the organiser, for people to read; the audit log has the identity.
    decided_by: Mapped[str] = mapped_column(String(200))
    # Business time.
    decided_at: Mapped[datetime] = mapped_column(Instant)


class Layout(Base):
    """What organisers chose for the design of an event's certificates."""

    __tablename__ = "layouts"

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bilingual: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    second_page: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    # A sentence that replaces "sebagai", e.g. what the certificate is for.
    statement: Mapped[str | None] = mapped_column(String(200))
    statement_en: Mapped[str | None] = mapped_column(String(200))
    # [{"image": sha256, "alt": whose logo}] from left to right
    logos: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    # signatory's name -> sha256 of the picture of the signature
    signatures: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))


class Image(Base):
    """An uploaded picture. A certificate names it by the hash of its content, so it never changes."""

    __tablename__ = "images"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    # As SVG. A PNG is wrapped into one.
    svg: Mapped[str] = mapped_column(Text)


class IssuingProblem(Base):
    """Why an eligible participant got no certificate. Deleted once it is issued; outdated when their data change."""

    __tablename__ = "issuing_problems"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(Integer, index=True)
    participant_version: Mapped[int] = mapped_column(Integer)
    # The characters that no font can draw; empty for another problem, which ``problem`` describes.
    characters: Mapped[str] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(Text)
    noticed_at: Mapped[datetime] = mapped_column(Instant)


class AuditEntry(AuditMixin, Base):
    """One action of an organiser; see audit.py."""

    __tablename__ = "audit_log"

    __table_args__ = (Index("ix_audit_log_event_id", "event_id", "id"),)
