"""Participants of events."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, FromClause, Index, Integer, String, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registration.models.base import Base
from services.registration.models.events import Event, Partner, SeatPool
from shared.db import Instant

CONFIRMED, WAITLISTED, CANCELLED = STATUSES = ("confirmed", "waitlisted", "cancelled")
# Kinds of accommodation; the door learns of all except the diet.
NEEDS = ("screen_reader", "braille", "sign_language", "wheelchair", "companion", "diet")
ASSISTANCE = frozenset(NEEDS) - {"diet"}


class Participant(Base):
    """A person in one event. ``version`` counts up with every change that is published.

    After an erasure the row stays without its person: counts and the tombstone's version need it.
    """

    __tablename__ = "participants"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    version: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    # The pool whose seat this person has; speakers and committee take none.
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("seat_pools.id"), index=True)

    name: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    organisation: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="peserta")
    locale: Mapped[str] = mapped_column(String(5), default="id")
    # How they came: form, api, import, organiser, coordinator, door.
    source: Mapped[str] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    status: Mapped[str] = mapped_column(String(20))
    # Business time from which the status holds.
    status_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    # Until when a seat offered from the waiting list must be confirmed; None: nothing to confirm.
    offer_ends_at: Mapped[datetime | None] = mapped_column(Instant)

    ticket_id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    revoked_ticket_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)), default=list)
    # Spoken and typed at the door; letters and digits that cannot be taken for others.
    code: Mapped[str] = mapped_column(String(20), unique=True)

    consent_version: Mapped[int] = mapped_column(Integer)
    consent_at: Mapped[datetime] = mapped_column(Instant)
    needs: Mapped[list[str]] = mapped_column(JSONB, default=list)
    needs_note: Mapped[str | None] = mapped_column(Text)
    needs_consent_at: Mapped[datetime | None] = mapped_column(Instant)

    # The participant that this one accompanies; both stay in one group.
    companion_of_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("participants.id"))
    group_number: Mapped[int | None] = mapped_column(Integer)
    # A name that was asked for after the first check-in and waits for the organiser.
    requested_name: Mapped[str | None] = mapped_column(String(200))
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship()
    partner: Mapped[Partner | None] = relationship(lazy="raise")
    pool: Mapped[SeatPool | None] = relationship(lazy="raise")

    __table_args__ = (
        Index(
            "uq_participants_live_email",
            "event_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("status <> 'cancelled'"),
        ),
        # The waiting list in its order, and the console's pages.
        Index("ix_participants_waiting", "event_id", "created_at", postgresql_where=text("status = 'waitlisted'")),
        Index("ix_participants_page", "event_id", "created_at", "id"),
        Index("ix_participants_partner", "partner_id", "created_at", "id"),
        # For rare values: without these indexes, PostgreSQL would walk past every participant to fill a page.
        Index(
            "ix_participants_cancelled",
            "event_id",
            "created_at",
            "id",
            postgresql_where=text("status = 'cancelled'"),
        ),
        Index(
            "ix_participants_staff",
            "event_id",
            "role",
            "created_at",
            "id",
            postgresql_where=text("role <> 'peserta'"),
        ),
        CheckConstraint("status IN ('confirmed', 'waitlisted', 'cancelled')", name="status"),
        CheckConstraint("role IN ('peserta', 'narasumber', 'moderator', 'panitia')", name="role"),
        CheckConstraint("status = 'confirmed' OR pool_id IS NULL", name="seat_only_when_confirmed"),
        CheckConstraint(
            "status <> 'confirmed' OR role <> 'peserta' OR pool_id IS NOT NULL", name="confirmed_has_a_seat"
        ),
        CheckConstraint("jsonb_array_length(needs) = 0 OR needs_consent_at IS NOT NULL", name="needs_with_consent"),
    )

    @property
    def needs_assistance(self) -> bool:
        """Whether the door should offer help; it learns nothing else about needs."""
        return bool(ASSISTANCE.intersection(self.needs))


def _searched(people: FromClause) -> Any:
    """The text that search looks in. A word holds no space, so it never matches across two of the fields."""
    name, email, organisation = (
        func.coalesce(people.c[column], text("''")) for column in ("name", "email", "organisation")
    )
    space = text("' '")
    return func.lower(name.op("||")(space).op("||")(email).op("||")(space).op("||")(organisation))


SEARCHED = _searched(Participant.__table__)
Index(
    "ix_participants_search",
    SEARCHED.label("searched"),
    postgresql_using="gin",
    postgresql_ops={"searched": "gin_trgm_ops"},
)
