"""The tables of delivery, present in every service's database."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import clock, log
from shared.db import Instant, metadata


class DeliveryBase(DeclarativeBase):
    """The tables that every service has for talking to others."""

    metadata = metadata()


class Outgoing(DeliveryBase):
    """A fact on its way to one subscriber. Written in the transaction that made it true."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    subscriber: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # Real time: when it became true, for its age.
    published_at: Mapped[datetime] = mapped_column(Instant, default=clock.real_now)
    # Real time: when it is to be sent, or sent again.
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    # The web request that it goes back to, so that one search of the logs tells the whole story.
    request_id: Mapped[str | None] = mapped_column(String(32), default=log.request_id)

    __table_args__ = (
        # The claim walks this index; ordering it by id instead halves the rate while an old snapshot is open.
        Index("ix_outbox_due", "subscriber", "due_at", postgresql_where=text("delivered_at IS NULL")),
        Index("ix_outbox_delivered", "delivered_at", postgresql_where=text("delivered_at IS NOT NULL")),
        Index("ix_outbox_key", "key"),
    )


class Heartbeat(DeliveryBase):
    """The last sign of life of a relay, the beat, or the worker of a queue; see shared/heartbeat.py."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class RiskyMessage(DeliveryBase):
    """A message that came back often without an answer, while it is tried by itself: it may kill its worker."""

    __tablename__ = "risky_messages"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tries: Mapped[int] = mapped_column(SmallInteger)
    tried_at: Mapped[datetime] = mapped_column(Instant)


class DeadLetter(DeliveryBase):
    """A message that could not be applied, kept with its error until somebody replays or drops it."""

    __tablename__ = "dead_letters"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    source: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200), index=True)
    # The sender's outbox id: the same message sent again must not be kept twice.
    message_id: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    error: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Instant)
    replays: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))

    __table_args__ = (Index("uq_dead_letters_message", "source", "message_id", unique=True),)
