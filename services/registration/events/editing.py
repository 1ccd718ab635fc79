"""Organisers create events and change them."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.events.lookup import consent_text
from services.registration.models import AgendaItem, ConsentText, Event, Organiser, SeatPool
from services.registration.models.events import DRAFT
from services.registration.outbound import publish_event
from services.registration.schemas.fields import in_zone
from shared import clock
from shared.actors import Actor
from shared.contracts import ROLES

PRESENT_ONCE = {"kind": "sessions", "sessions": []}
PLAIN_FIELDS = ("title", "title_en", "description", "description_en", "venue", "timezone", "offer_hours")
CERTIFICATE_FIELDS = ("certificate_grace_minutes", "certificate_number_pattern")


def create(session: Session, actor: Actor, organiser: Organiser, given: Mapping[str, Any]) -> Event:
    """A draft from what schemas.events.NewEventForm loaded, with one agenda item over its whole time."""
    event = Event(organiser_id=organiser.id, slug=free_slug(session, given["title"]), status=DRAFT, consent_version=1)
    _fill(event, given)
    session.add(event)
    session.flush()
    session.add(SeatPool(event_id=event.id, size=given["open_seats"]))
    add_consent_text(session, event, 1, given["consent_text"], given["consent_text_en"])
    event.agenda = [_whole_day(event)]
    session.flush()
    session.refresh(event)
    publish_event(session, event)
    audit.record(session, actor, "event.created", event.id, event_id=event.id, after={"title": event.title})
    return event


def change(session: Session, actor: Actor, event: Event, given: Mapping[str, Any]) -> None:
    """Change an event by what schemas.events.EventForm loaded. A new consent text becomes a new version."""
    before = describe(event)
    _fill(event, given)
    current = consent_text(session, event)
    if (current.text, current.text_en) != (given["consent_text"], given["consent_text_en"]):
        event.consent_version += 1
        add_consent_text(session, event, event.consent_version, given["consent_text"], given["consent_text_en"])
    publish_event(session, event)
    after = describe(event)
    changed = {name for name in after if after[name] != before[name]}
    audit.record(
        session,
        actor,
        "event.changed",
        event.id,
        event_id=event.id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def describe(event: Event) -> dict[str, Any]:
    """An event's own values as JSON data, for the audit log."""
    plain = {
        name: getattr(event, name)
        for name in (*PLAIN_FIELDS, *CERTIFICATE_FIELDS, "topics", "signatories", "consent_version")
    }
    times = {name: getattr(event, name) for name in ("starts_at", "ends_at", "signup_closes_at")}
    return plain | {name: at.isoformat() if at else None for name, at in times.items()}


def _fill(event: Event, given: Mapping[str, Any]) -> None:
    for name in (*PLAIN_FIELDS, *CERTIFICATE_FIELDS):
        setattr(event, name, given[name])
    for name in ("starts_at", "ends_at", "signup_closes_at"):
        setattr(event, name, in_zone(given[name], given["timezone"]))
    event.topics = [line.strip() for line in given["topics"].splitlines() if line.strip()]
    event.signatories = [_signatory(line) for line in given["signatories"].splitlines() if line.strip()]
    others = {role: PRESENT_ONCE for role in ROLES if role != "peserta"}
    event.certificate_policy = {
        **others,
        **(event.certificate_policy or {}),
        "peserta": {"kind": "minutes", "share": given["share_percent"] / 100},
    }


def _signatory(line: str) -> dict[str, str]:
    name, _bar, title = line.partition("|")
    return {"name": name.strip(), "title": title.strip()}


def add_consent_text(session: Session, event: Event, version: int, text: str, text_en: str | None) -> None:
    """Store the wording to which participants agree from now on."""
    session.add(ConsentText(event_id=event.id, version=version, text=text, text_en=text_en, created_at=clock.now()))
    session.flush()


def _whole_day(event: Event) -> AgendaItem:
    door = event.starts_at - timedelta(minutes=30)
    late = min(event.starts_at + timedelta(minutes=15), event.ends_at)
    return AgendaItem(
        title=event.title,
        title_en=event.title_en,
        opens_at=door,
        starts_at=event.starts_at,
        late_after=late,
        closes_at=event.ends_at,
        ends_at=event.ends_at,
    )


def free_slug(session: Session, title: str) -> str:
    """A slug from ``title`` that no other event has, nor gets before this transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("slugs of events"))))
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-") or "acara"
    taken = set(session.scalars(select(Event.slug).where(Event.slug.startswith(base))))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
