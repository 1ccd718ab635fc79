"""Finding events, and what is said about them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import ConsentText, Event, SeatPool
from services.registration.models.events import ARCHIVED, CLOSED, PUBLISHED

PAST_SHOWN = 10


def public_event(session: Session, slug: str) -> Event | None:
    """The event with this slug if everybody may see it (drafts and archived ones are not)."""
    if not slug.isprintable():
        # NUL and lone surrogates would fail in the driver.
        return None
    return session.scalar(select(Event).where(Event.slug == slug, Event.status.in_((PUBLISHED, CLOSED))))


def coming(session: Session, now: datetime) -> Sequence[Event]:
    """Public events that have not ended, the next one first."""
    return session.scalars(
        select(Event).where(Event.status.in_((PUBLISHED, CLOSED)), Event.ends_at > now).order_by(Event.starts_at)
    ).all()


def past(session: Session, now: datetime) -> Sequence[Event]:
    """The last few public events that have ended, the latest first."""
    return session.scalars(
        select(Event)
        .where(Event.status.in_((PUBLISHED, CLOSED)), Event.ends_at <= now)
        .order_by(Event.starts_at.desc())
        .limit(PAST_SHOWN)
    ).all()


def for_console(session: Session) -> Sequence[Event]:
    """All events, the oldest first."""
    return session.scalars(select(Event).where(Event.status != ARCHIVED).order_by(Event.id)).all()


def consent_text(session: Session, event: Event, version: int | None = None) -> ConsentText:
    """The consent text of the event that is asked now, or an older version."""
    text = session.get(ConsentText, (event.id, version or event.consent_version))
    assert text is not None
    return text


def open_pool(session: Session, event_id: int) -> SeatPool:
    """The open pool as it stands, unlocked: for showing only."""
    return session.scalars(select(SeatPool).where(SeatPool.event_id == event_id, SeatPool.partner_id.is_(None))).one()


def public_page(session: Session, after: int, limit: int) -> Sequence[Event]:
    """Up to ``limit`` public events whose id is above ``after``."""
    return session.scalars(
        select(Event).where(Event.status.in_((PUBLISHED, CLOSED)), Event.id > after).order_by(Event.id).limit(limit)
    ).all()
