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
    """The answer to the first request with a key; a repeated request gets the same one."""

    __tablename__ = "idempotent_answers"

    # The caller and the endpoint: keys of different callers are independent.
    scope: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    # The person whose data the answer holds, so that it is deleted when the person is erased.
    subject: Mapped[str | None] = mapped_column(String(64), index=True)
