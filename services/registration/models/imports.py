"""Uploaded lists of participants, between preview and commit."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registration.models.base import Base
from services.registration.models.events import Partner
from shared.db import Instant

PREVIEWED, COMMITTED = "previewed", "committed"


class Import(Base):
    """One uploaded list for a partner. Its rows are dropped when it is committed, or after a day."""

    __tablename__ = "imports"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    # Real time.
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    state: Mapped[str] = mapped_column(String(20), default=PREVIEWED)
    # Rows as they were read: {"column": "text"}.
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    # How many are registered so far; written while it is committed.
    done: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))

    partner: Mapped[Partner] = relationship()
