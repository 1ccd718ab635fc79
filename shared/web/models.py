"""Tables of the web scaffolding, for services whose POSTs take an Idempotency-Key."""

from datetime import datetime
from typing import Any

from sqlalchemy import SmallInteger, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import Instant, metadata


class WebBase(DeclarativeBase):
    """The tables of the web scaffolding."""

    metadata = metadata()


class IdempotentAnswer(WebBase):
    """What was answered to the first request with a key; the same request again gets it again."""

    __tablename__ = "idempotent_answers"

    # Who asked and where: a key of one caller means nothing to another.
    scope: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    # Whose data the answer holds, so that it goes when the person is erased.
    subject: Mapped[str | None] = mapped_column(String(64), index=True)
