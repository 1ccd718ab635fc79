"""Copies of the other services' facts, and answers to walk-ins. Copies have no foreign keys."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registration.models.base import Base
from shared.db import Instant


class Attendance(Base):
    """One person's presence in one agenda item, as check-in last published it."""

    __tablename__ = "attendance"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    event_id: Mapped[int] = mapped_column(BigInteger, index=True)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    minutes: Mapped[int] = mapped_column(Integer)
    punctuality: Mapped[str | None] = mapped_column(String(20))


class CertificateCopy(Base):
    """A person's certificate, as certificates last published it."""

    __tablename__ = "certificate_copies"

    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    event_id: Mapped[int] = mapped_column(BigInteger, index=True)
    number: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    verification_url: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)


class WalkIn(Base):
    """The outcome of a registration at the door. The same request again gets the same answer."""

    __tablename__ = "walk_ins"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(20))
    participant_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(Instant)
