"""Door devices: paired once by a code from the console, scoped to one event, revocable. All times are real time."""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from services.checkin import audit
from services.checkin.models import Device
from shared import clock

PAIRING_LASTS = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
TOKEN_PREFIX = "hadir-door-"
# No 0/O, 1/I/L: people may have to type the code.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 12
_BY_TOKEN = select(Device).where(Device.token_hash == bindparam("token_hash"), Device.revoked_at.is_(None))


class Paired(NamedTuple):
    """A device and its token, which is shown to nobody but the device, once."""

    device: Device
    token: str


def create(session: Session, event_id: int, name: str, actor: str) -> tuple[Device, str]:
    """A device that waits for its pairing, and the one-time code for it (valid for PAIRING_LASTS)."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    now = clock.real_now()
    device = Device(
        event_id=event_id,
        name=name,
        created_at=now,
        created_by=actor,
        pairing_hash=_hash(code),
        pairing_expires_at=now + PAIRING_LASTS,
    )
    session.add(device)
    session.flush()
    audit.note(session, event_id, actor, "device-created", device.id)
    return device, code


def pair(session: Session, code: str) -> Paired | None:
    """Exchange a pairing code for a token; None for a code that is wrong, used, revoked or out of date."""
    now = clock.real_now()
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    # One conditional statement: of two devices with one code only the first gets a token.
    device = session.scalar(
        update(Device)
        .where(
            Device.pairing_hash == _hash(code.strip().upper().replace("-", "")),
            Device.pairing_expires_at > now,
            Device.revoked_at.is_(None),
        )
        .values(pairing_hash=None, pairing_expires_at=None, token_hash=_hash(token), paired_at=now, last_seen_at=now)
        .returning(Device)
    )
    if device is None:
        return None
    audit.note(session, device.event_id, f"device:{device.id}", "device-paired", device.id)
    return Paired(device, token)


def find(session: Session, token: str) -> Device | None:
    """The device with this token, unless it was revoked."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    return session.scalar(_BY_TOKEN, {"token_hash": _hash(token)})


def saw(session: Session, device: Device) -> None:
    """Note that the device is alive, at most once in SEEN_EVERY: every scan passes here."""
    now = clock.real_now()
    if device.last_seen_at is None or now - device.last_seen_at > SEEN_EVERY:
        device.last_seen_at = now


def revoke(session: Session, event_id: int, device_id: UUID, actor: str) -> bool:
    """Take a device's right to scan; False when the event has no such device. Scans it sent before stay."""
    revoked = session.scalar(
        update(Device)
        .where(Device.id == device_id, Device.event_id == event_id, Device.revoked_at.is_(None))
        .values(revoked_at=clock.real_now(), pairing_hash=None, pairing_expires_at=None)
        .returning(Device.id)
    )
    if revoked:
        audit.note(session, event_id, actor, "device-revoked", device_id)
    return revoked is not None


def listed(session: Session, event_id: int) -> list[Device]:
    """The devices of an event, newest first."""
    return list(session.scalars(select(Device).where(Device.event_id == event_id).order_by(Device.created_at.desc())))


def _hash(secret: str) -> str:
    # The secrets are random and long: a plain hash is enough, and can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()
