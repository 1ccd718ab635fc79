"""Finding events, their partners and consent texts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from services.registration.models import ConsentText, Event, Organiser, Partner
from services.registration.models.events import ARCHIVED, CLOSED, PUBLISHED

PAST_SHOWN = 10
# The largest id that the columns hold; a larger one in an address finds nothing.
LARGEST_ID = 2**31 - 1


def public_event(session: Session, slug: str) -> Event | None:
    """The event with this slug if everybody may see it (drafts and archived ones are not)."""
    if not slug.isprintable():
        # NUL and lone surrogates would fail in the driver.
        return None
    return session.scalar(select(Event).where(Event.slug == slug, Event.status.in_((PUBLISHED, CLOSED))))


def coming(session: Session, now: datetime) -> Sequence[Event]:
    """Public events that have not ended at ``now`` (business time), the next one first."""
    return session.scalars(
        select(Event).where(Event.status.in_((PUBLISHED, CLOSED)), Event.ends_at > now).order_by(Event.starts_at)
    ).all()


def past(session: Session, now: datetime) -> Sequence[Event]:
    """The last few public events that have ended at ``now`` (business time), the latest first."""
    return session.scalars(
        select(Event)
        .where(Event.status.in_((PUBLISHED, CLOSED)), Event.ends_at <= now)
        .order_by(Event.starts_at.desc())
        .limit(PAST_SHOWN)
    ).all()


def for_console(session: Session) -> Sequence[Event]:
    """All events that are not archived, the oldest first."""
    return session.scalars(select(Event).where(Event.status != ARCHIVED).order_by(Event.id)).all()


def consent_text(session: Session, event: Event, version: int | None = None) -> ConsentText:
    """The consent text of the event that is asked now, or an older version."""
    text = session.get(ConsentText, (event.id, version or event.consent_version))
    assert text is not None
    return text


def public_page(session: Session, after: int, limit: int) -> Sequence[Event]:
    """Up to ``limit`` public events whose id is above ``after``."""
    return session.scalars(
        select(Event).where(Event.status.in_((PUBLISHED, CLOSED)), Event.id > after).order_by(Event.id).limit(limit)
    ).all()


def with_agenda(session: Session, event_id: int, for_change: bool = False) -> Event | None:
    """The event with its partners and agenda loaded, or None; ``for_change`` locks and reads it as it is now.

    Whoever changes an event locks it first: two changes at once would be published under one version, and the other
    services would drop the second.
    """
    options = [selectinload(Event.partners).joinedload(Partner.pool), selectinload(Event.agenda)]
    if event_id > LARGEST_ID:
        return None
    # Not FOR UPDATE: people may sign up meanwhile, and their rows refer to the event's key.
    lock: Any = {"of": Event, "key_share": True} if for_change else None
    return session.get(Event, event_id, options=options, with_for_update=lock, populate_existing=for_change)


def partner(session: Session, partner_id: int) -> Partner | None:
    """The partner with its event loaded, or None."""
    return session.get(Partner, partner_id, options=[selectinload(Partner.event)]) if partner_id <= LARGEST_ID else None


def partners(session: Session) -> Sequence[Partner]:
    """The partners of all events."""
    return session.scalars(select(Partner).order_by(Partner.id)).all()


def first_organiser(session: Session, name: str) -> Organiser:
    """The organiser of new events; the first one is created under ``name``."""
    organiser = session.scalar(select(Organiser).order_by(Organiser.id)) or Organiser(name=name)
    session.add(organiser)
    session.flush()
    return organiser
