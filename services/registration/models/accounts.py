"""Accounts, what they may do, and the browsers in which they are signed in. Times here are real time."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registration.models.base import Base
from shared.db import Instant


class Account(Base):
    """Somebody who may sign in. ``password_hash`` is None until an invitation is accepted."""

    __tablename__ = "accounts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # Counts up when the password changes, so that older links to set it become invalid.
    password_version: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(Instant)

    scopes: Mapped[list["AccountScope"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __table_args__ = (Index("uq_accounts_email", text("lower(email)"), unique=True),)


class AccountScope(Base):
    """One thing an account may do: a role everywhere, in one event, or for one partner of it."""

    __tablename__ = "account_scopes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"))

    __table_args__ = (
        Index(
            "uq_account_scopes",
            "account_id",
            "role",
            "event_id",
            "partner_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    def __str__(self) -> str:
        parts = [self.role, self.event_id, self.partner_id]
        return ":".join(str(part) for part in parts if part is not None)


class SignInSession(Base):
    """One browser in which somebody is signed in; ending it takes effect when its short token runs out."""

    __tablename__ = "signin_sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    # SHA-256 of the secret in the browser's cookie.
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    browser: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(60), default="")

    account: Mapped[Account] = relationship(lazy="joined")
