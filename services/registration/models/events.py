"""Events with their agenda and consent texts, partner organisations, and seats."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registration.models.base import Base
from shared.db import Instant

DRAFT, PUBLISHED, CLOSED, ARCHIVED = STATUSES = ("draft", "published", "closed", "archived")


class Organiser(Base):
    """An organisation that holds events and owns a series of certificate numbers."""

    __tablename__ = "organisers"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Event(Base):
    """A training day. ``version`` counts up with every change that is published."""

    __tablename__ = "events"

    # The ticket in the QR code has 32 bits for it.
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organisers.id"))
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str | None] = mapped_column(Text)
    venue: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[str] = mapped_column(String(20), default=DRAFT)
    signup_closes_at: Mapped[datetime | None] = mapped_column(Instant)
    # Which of the event's consent texts new participants agree to.
    consent_version: Mapped[int] = mapped_column(Integer, default=1)
    # How long a person who gets a seat from the waiting list has to confirm it; None: confirmed at once.
    offer_hours: Mapped[int | None] = mapped_column(Integer)
    # Additional questions of the form, in order: [{"key", "kind", "label", "label_en", "help", "help_en", "required",
    # "options": [{"value", "label", "label_en"}], "smallest", "largest", "removed"}]; see events/questions.py.
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    topics: Mapped[list[str]] = mapped_column(JSONB, default=list)
    groups_locked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    certificate_policy: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    certificate_grace_minutes: Mapped[int] = mapped_column(Integer, default=15)
    certificate_number_pattern: Mapped[str] = mapped_column(String(100))
    # [{"name", "title"}] in the order in which they sign
    signatories: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)

    organiser: Mapped[Organiser] = relationship(lazy="joined")
    agenda: Mapped[list["AgendaItem"]] = relationship(
        order_by="AgendaItem.starts_at", cascade="all, delete-orphan", back_populates="event"
    )
    partners: Mapped[list["Partner"]] = relationship(
        order_by="Partner.id", cascade="all, delete-orphan", back_populates="event"
    )

    __table_args__ = (
        CheckConstraint("id BETWEEN 1 AND 4294967295", name="id_fits_ticket"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("status IN ('draft', 'published', 'closed', 'archived')", name="status"),
        Index("ix_events_starts_at", "starts_at"),
    )

    def takes_signups(self, at: datetime) -> bool:
        """Whether people may sign up at ``at`` (business time)."""
        return self.status == PUBLISHED and at < (self.signup_closes_at or self.ends_at)


class AgendaItem(Base):
    """One item of the agenda with its own door: [opens_at, closes_at) admits, from late_after on it is late."""

    __tablename__ = "event_sessions"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(200))
    opens_at: Mapped[datetime] = mapped_column(Instant)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    late_after: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)

    event: Mapped[Event] = relationship(back_populates="agenda")

    __table_args__ = (
        CheckConstraint("opens_at <= starts_at AND starts_at < ends_at", name="begins_before_end"),
        CheckConstraint("opens_at < closes_at AND closes_at <= ends_at", name="door_within_session"),
        CheckConstraint("late_after >= opens_at AND late_after <= closes_at", name="late_within_door"),
    )


class ConsentText(Base):
    """A text to which participants agreed. A new wording is a new version; old versions are kept."""

    __tablename__ = "consent_texts"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Partner(Base):
    """An organisation that brings people to one event, on seats of its own."""

    __tablename__ = "partners"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    invite_code: Mapped[str] = mapped_column(String(40), unique=True)
    invite_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    # How many more people may use the invitation; None: any number.
    invite_uses_left: Mapped[int | None] = mapped_column(Integer)
    # When unused seats go to the open pool; None: never.
    release_at: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship(back_populates="partners")
    pool: Mapped["SeatPool"] = relationship(
        back_populates="partner", lazy="joined", cascade="all, delete-orphan", uselist=False
    )

    __table_args__ = (
        Index("uq_partners_event_name", "event_id", text("lower(name)"), unique=True),
        CheckConstraint("invite_uses_left >= 0", name="invite_uses_left"),
    )


class SeatPool(Base):
    """Seats: a partner's allotment, or (without a partner) the event's open pool.

    ``taken`` changes only under this row's lock (seats/pools.py); the constraint is a second guard.
    """

    __tablename__ = "seat_pools"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"))
    size: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))

    partner: Mapped[Partner | None] = relationship(back_populates="pool")

    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= size", name="never_oversold"),
        Index("uq_seat_pools_event_partner", "event_id", "partner_id", unique=True, postgresql_nulls_not_distinct=True),
    )

    @property
    def free(self) -> int:
        """How many seats are free."""
        return self.size - self.taken
