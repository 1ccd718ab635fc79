"""Signing in: a password proves who somebody is, a session remembers it, short tokens tell the services.

All times here are real time.
"""

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.models import Account, SignInSession
from shared import clock
from shared.web import signin as tokens

SESSION_LIFETIME = timedelta(hours=12)
SHORTEST_PASSWORD = 12

_hasher = PasswordHasher()
# Checked when there is no such account, so that the answer takes as long.
_DUMMY_HASH = _hasher.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def check_password(session: Session, email: str, password: str) -> Account | None:
    """The active account with this address and password, or None, after the same time for whatever is wrong."""
    account = session.scalar(select(Account).where(func.lower(Account.email) == email.lower()))
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
    """Begin a signed-in session; the secret for the browser's cookie."""
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
    """The session with this secret, if it is still good; noted as seen."""
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


def token(account: Account) -> str:
    """A fresh short token that says what the account may do now."""
    return tokens.make_token(str(account.id), account.name, sorted(str(scope) for scope in account.scopes))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
