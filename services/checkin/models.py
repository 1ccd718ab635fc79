"""Tables of checkin. Copies of other services' entities have no foreign keys: they may arrive in any order."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.audit import AuditMixin
from shared.db import Database, Instant, metadata

db = Database("checkin")


class Base(DeclarativeBase):
    """The tables that checkin owns."""

    metadata = metadata()


class Event(Base):
    """Copy of an event, from registration."""

    __tablename__ = "events"

    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    slug: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(200))
    organiser: Mapped[str] = mapped_column(String(200))
    venue: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class EventSchedule(Base):
    """The agenda items of an event in each version: a scan keeps the version by which it was judged."""

    __tablename__ = "schedules"

    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    timezone: Mapped[str] = mapped_column(String(200))
    sessions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class RosterEntry(Base):
    """Copy of a participant, from registration, without the e-mail address. An erased one stays as a tombstone."""

    __tablename__ = "roster"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    event_id: Mapped[int] = mapped_column(BigInteger)
    ticket_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    revoked_ticket_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID))
    # Without what people add when they type it: capitals and digits only.
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    organisation: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    status_at: Mapped[datetime] = mapped_column(Instant)
    group_number: Mapped[int | None] = mapped_column(Integer)
    group_topic: Mapped[str | None] = mapped_column(String(500))
    needs_assistance: Mapped[bool] = mapped_column(Boolean)
    erased: Mapped[bool] = mapped_column(Boolean)
    # Increases per event in the order of commits, so that a device can ask for what changed since.
    revision: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))

    __table_args__ = (
        Index("ix_roster_event_id_revision", "event_id", "revision"),
        Index("ix_roster_event_id_code", "event_id", "code"),
        Index("ix_roster_revoked", "revoked_ticket_ids", postgresql_using="gin"),
    )


class RosterRevision(Base):
    """The last revision of an event's roster; its row lock keeps revisions in the order of commits."""

    __tablename__ = "roster_revisions"

    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)


class Scan(Base):
    """One scan. Only ``effective`` and ``conflict`` ever change: the fold derives them again."""

    __tablename__ = "scans"

    scan_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(80))
    device_id: Mapped[uuid.UUID | None] = mapped_column()
    direction: Mapped[str] = mapped_column(String(4))
    # The ticket in a genuine code, and its participant as soon as the roster has them.
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    participant_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    ticket_revoked: Mapped[bool | None] = mapped_column(Boolean)
    ticket_expired: Mapped[bool] = mapped_column(Boolean)
    # The beginning of the text, if it is no ticket of this event.
    read_as: Mapped[str | None] = mapped_column(String(60))
    session_id: Mapped[int | None] = mapped_column(Integer)
    undoes: Mapped[uuid.UUID | None] = mapped_column(index=True)
    # A guest without a registration, who asked for one at the door.
    walk_in_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    override_reason: Mapped[str | None] = mapped_column(Text)
    # The verdict that an offline device gave at the door.
    told: Mapped[str | None] = mapped_column(String(20))
    answered: Mapped[str] = mapped_column(String(20))
    answered_session: Mapped[int | None] = mapped_column(Integer)
    answered_about: Mapped[datetime | None] = mapped_column(Instant)
    effective: Mapped[str] = mapped_column(String(20))
    effective_session: Mapped[int | None] = mapped_column(Integer)
    conflict: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    # As the device sent it; then corrected by the error of its clock, and never after receipt. All business time.
    scanned_at: Mapped[datetime] = mapped_column(Instant)
    device_now: Mapped[datetime] = mapped_column(Instant)
    effective_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    schedule_version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index("ix_scans_event_id_received_at", "event_id", "received_at"),
        Index("ix_scans_conflicts", "event_id", postgresql_where=text("conflict")),
    )


class Attendance(Base):
    """One person's presence at one agenda item, as published to the other services under ``version``."""

    __tablename__ = "attendance"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    minutes: Mapped[int] = mapped_column(Integer)
    punctuality: Mapped[str | None] = mapped_column(String(20))
    corrected: Mapped[bool] = mapped_column(Boolean)
    # Real time, for devices that ask what changed.
    changed_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))

    __table_args__ = (
        Index("ix_attendance_event_id_session_id", "event_id", "session_id"),
        Index("ix_attendance_event_id_changed_at", "event_id", "changed_at"),
    )


class Correction(Base):
    """One presence as corrected by staff, with a reason; it takes precedence over the scans."""

    __tablename__ = "corrections"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger)
    # None for a person who was not there.
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)


class WalkIn(Base):
    """A guest who asks at the door to be registered, and the answer of registration."""

    __tablename__ = "walk_ins"

    walk_in_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, index=True)
    actor: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    # Kept only until the answer: the door does not need addresses.
    email: Mapped[str | None] = mapped_column(String(254))
    organisation: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(5))
    consent_at: Mapped[datetime] = mapped_column(Instant)
    requested_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(20))
    participant_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    answer_version: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))


class Device(Base):
    """A door device of one event. Only hashes of its pairing code and its token are kept. All times are real time."""

    __tablename__ = "devices"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    event_id: Mapped[int] = mapped_column(BigInteger, index=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(80))
    pairing_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    pairing_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    paired_at: Mapped[datetime | None] = mapped_column(Instant)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class AuditEntry(AuditMixin, Base):
    """Who did what, without names: an erasure only has to scrub the reason that somebody gave."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_event_id_at", "event_id", "at"),)
