"""Pairing a device: the console shows a code once, and the device exchanges it for its token. All times are real."""

import secrets
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.checkin import audit
from services.checkin.devices.tokens import hashed, new_token
from services.checkin.models import Device
from shared import clock
from shared.actors import DEVICE, Actor

PAIRING_LASTS = timedelta(minutes=15)
# No 0/O, 1/I/L: people may have to type the code.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 12


class Paired(NamedTuple):
    """A device and its token, which only the device ever sees, once."""

    device: Device
    token: str


def create(session: Session, event_id: int, name: str, actor: Actor) -> tuple[Device, str]:
    """A device that is not paired yet, and the one-time code that pairs it (valid for PAIRING_LASTS)."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    now = clock.real_now()
    device = Device(
        event_id=event_id,
        name=name,
        created_at=now,
        created_by=str(actor),
        pairing_hash=hashed(code),
        pairing_expires_at=now + PAIRING_LASTS,
    )
    session.add(device)
    session.flush()
    audit.record(session, actor, "device.created", device.id, event_id=event_id)
    return device, code


def pair(session: Session, code: str, name: str | None = None) -> Paired | None:
    """Exchange a pairing code for a token; None for a code that is wrong, used, revoked or expired.

    ``name`` renames the device.
    """
    now, token = clock.real_now(), new_token()
    # One conditional statement: of two devices with one code only the first gets a token.
    device = session.scalar(
        update(Device)
        .where(
            Device.pairing_hash == hashed(code.strip().upper().replace("-", "")),
            Device.pairing_expires_at > now,
            Device.revoked_at.is_(None),
        )
        .values(pairing_hash=None, pairing_expires_at=None, token_hash=hashed(token), paired_at=now, last_seen_at=now)
        .returning(Device)
    )
    if device is None:
        return None
    device.name = name or device.name
    actor = Actor(DEVICE, str(device.id), device.name)
    audit.record(session, actor, "device.paired", device.id, event_id=device.event_id)
    return Paired(device, token)


def revoke(session: Session, event_id: int, device_id: UUID, actor: Actor) -> bool:
    """Revoke a device's right to scan; False when the event has no such device. Its earlier scans stay."""
    revoked = session.scalar(
        update(Device)
        .where(Device.id == device_id, Device.event_id == event_id, Device.revoked_at.is_(None))
        .values(revoked_at=clock.real_now(), pairing_hash=None, pairing_expires_at=None)
        .returning(Device.id)
    )
    if revoked:
        audit.record(session, actor, "device.revoked", device_id, event_id=event_id)
    return revoked is not None


def find(session: Session, event_id: int, device_id: UUID) -> Device | None:
    """The device of an event with this id, revoked or not; None when there is none."""
    return session.scalar(select(Device).where(Device.id == device_id, Device.event_id == event_id))


def listed(session: Session, event_id: int) -> list[Device]:
    """The devices of an event, newest first."""
    return list(session.scalars(select(Device).where(Device.event_id == event_id).order_by(Device.created_at.desc())))
