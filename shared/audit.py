"""The columns of every service's audit log; each service's own ``audit.py`` records into its table.

Entries are never updated. An erasure may scrub what quotes a person (``reason``, ``before``, ``after``).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Instant


class AuditMixin:
    """One action: who did what, to which row, why, and what the row was before and after."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    # Business time.
    at: Mapped[datetime] = mapped_column(Instant)
    # The stored form of shared.actors.Actor, and the name people read.
    actor: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str] = mapped_column(String(200))
    # Dotted, in the past tense, e.g. "participant.cancelled".
    action: Mapped[str] = mapped_column(String(60))
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    # Key of the row that was acted on, as text, e.g. a participant's id.
    subject: Mapped[str] = mapped_column(String(64), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
