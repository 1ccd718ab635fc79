"""Signing in: a password proves the identity, a session remembers it, and short tokens carry it to the services.

All times here are real time.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.registration.models import Account, SignInSession
from shared import clock
from shared.chores import delete_some

SESSION_LIFETIME = timedelta(hours=12)
SHORTEST_PASSWORD = 12
# Sign-ins that are over stay for questions about who signed in from where.
KEPT = timedelta(days=30)

_hasher = PasswordHasher()
# Checked when there is no such account, so that the answer takes as long.
_DUMMY_HASH = _hasher.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def by_email(session: Session, email: str) -> Account | None:
    """The account with this address."""
    return session.scalar(select(Account).where(func.lower(Account.email) == email.lower()))


def check_password(session: Session, email: str, password: str) -> Account | None:
    """The active account with this address and password, or None; both take the same time."""
    account = by_email(session, email)
    known = account.password_hash if account and account.active else None
    try:
        _hasher.verify(known or _DUMMY_HASH, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return None
    if account is None or known is None:
        return None
    if _hasher.check_needs_rehash(known):
        account.password_hash = hash_password(password)
    return account


def start(session: Session, account: Account, browser: str, address: str) -> str:
    """Start a signed-in session; returns the secret for the browser's cookie."""
    secret = secrets.token_urlsafe(32)
    now = clock.real_now()
    session.add(
        SignInSession(
            account_id=account.id,
            secret_hash=_hash(secret),
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LIFETIME,
            browser=browser[:200],
            address=address[:60],
        )
    )
    return secret


def find(session: Session, secret: str | None) -> SignInSession | None:
    """The session with this secret, if it is still valid; it is marked as seen."""
    if not secret:
        return None
    found = session.scalar(select(SignInSession).where(SignInSession.secret_hash == _hash(secret)))
    now = clock.real_now()
    if found is None or found.ended_at or now >= found.expires_at or not found.account.active:
        return None
    found.seen_at = now
    return found


def end(session: Session, secret: str | None) -> None:
    """End the session with this secret, if there is one."""
    found = find(session, secret)
    if found is not None:
        found.ended_at = clock.real_now()


def end_sessions(session: Session, account_id: UUID | str, session_id: UUID | None = None) -> bool:
    """End one session of an account, or all; False when there was none to end."""
    statement = update(SignInSession).where(SignInSession.account_id == account_id, SignInSession.ended_at.is_(None))
    if session_id is not None:
        statement = statement.where(SignInSession.id == session_id)
    ended = session.scalars(statement.values(ended_at=clock.real_now()).returning(SignInSession.id)).all()
    return bool(ended)


def open_sessions(session: Session, account_id: UUID | str) -> Sequence[SignInSession]:
    """The browsers in which an account is signed in now, the last seen first."""
    return session.scalars(
        select(SignInSession)
        .where(
            SignInSession.account_id == account_id,
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > clock.real_now(),
        )
        .order_by(SignInSession.seen_at.desc())
    ).all()


def purge(session: Session, limit: int) -> int:
    """Delete up to ``limit`` sign-ins that expired longer ago than KEPT, ended or not; returns how many."""
    return delete_some(session, SignInSession, limit, SignInSession.expires_at < clock.real_now() - KEPT)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
