"""Invitation links: with one, people sign up on a partner's seats."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Event, Partner
from services.registration.tickets import codes
from shared import clock, settings
from shared.actors import Actor


class InviteInvalid(Exception):
    """The invitation is unknown, has expired, or was used as often as it may be."""


def link(event: Event, partner: Partner) -> str:
    """The address that a partner gives to its people."""
    return settings.public_url(f"/e/{event.slug}?invite={partner.invite_code}")


def find(session: Session, event: Event, code: str) -> Partner | None:
    """The partner of ``event`` whose invitation ``code`` is valid now, or None."""
    if not code.isprintable():
        return None
    partner = session.scalar(select(Partner).where(Partner.event_id == event.id, Partner.invite_code == code))
    if partner is None or partner.invite_uses_left == 0:
        return None
    if partner.invite_expires_at is not None and clock.now() >= partner.invite_expires_at:
        return None
    return partner


def use(session: Session, event: Event, code: str) -> Partner:
    """The partner whose invitation this is; the use is counted. Raises InviteInvalid."""
    partner = find(session, event, code)
    if partner is None:
        raise InviteInvalid(code)
    if partner.invite_uses_left is not None:
        session.refresh(partner, with_for_update={"of": Partner, "key_share": True})
        if not partner.invite_uses_left:
            raise InviteInvalid(code)
        partner.invite_uses_left -= 1
    return partner


def rotate(session: Session, actor: Actor, partner: Partner) -> None:
    """Give the partner a new invitation link; the old one stops working."""
    partner.invite_code = codes.invite_code()
    audit.record(session, actor, "partner.invitation-rotated", partner.id, event_id=partner.event_id)


def limit(session: Session, actor: Actor, partner: Partner, expires_at: datetime | None, uses: int | None) -> None:
    """Set until when, and by how many more people, the invitation may be used; None: without limit."""
    partner.invite_expires_at = expires_at
    partner.invite_uses_left = uses
    after = {"expires_at": expires_at.isoformat() if expires_at else None, "uses_left": uses}
    audit.record(session, actor, "partner.invitation-limited", partner.id, event_id=partner.event_id, after=after)
