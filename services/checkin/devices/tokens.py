"""Recognising a paired device by its token. All times are real."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.checkin.models import Device
from shared import clock

TOKEN_PREFIX = "hadir-door-"
SEEN_EVERY = timedelta(minutes=1)
_BY_TOKEN = select(Device).where(Device.token_hash == bindparam("token_hash"), Device.revoked_at.is_(None))


def new_token() -> str:
    """A token that nobody can guess."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """The form in which a pairing code or a token is stored."""
    # The secrets are random and long: a plain hash is enough, and can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()


def find(session: Session, token: str) -> Device | None:
    """The device with this token, unless it is revoked."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    return session.scalar(_BY_TOKEN, {"token_hash": hashed(token)})


def mark_seen(device: Device) -> None:
    """Record that the device is alive, at most once per SEEN_EVERY: every scan comes here."""
    now = clock.real_now()
    if device.last_seen_at is None or now - device.last_seen_at > SEEN_EVERY:
        device.last_seen_at = now
