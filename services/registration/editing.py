"""Organisers make events, change them, move copies to another day, open and close them."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit, codes, questions, seats
from services.registration.events import consent_text
from services.registration.form_fields import in_zone
from services.registration.models import ConsentText, Event, EventSession, Organiser, SeatPool
from services.registration.models.events import ARCHIVED, CLOSED, DRAFT, PUBLISHED
from services.registration.publishing import publish_event
from shared import clock

# Which status may follow which.
NEXT = {
    DRAFT: (PUBLISHED, ARCHIVED),
    PUBLISHED: (CLOSED,),
    CLOSED: (PUBLISHED, ARCHIVED),
    ARCHIVED: (CLOSED,),
}
PRESENT_ONCE = {"kind": "sessions", "sessions": []}
_PLAIN = ("title", "title_en", "description", "description_en", "venue", "timezone", "offer_hours")
_CERTIFICATE = ("certificate_grace_minutes", "certificate_number_pattern")
_TIMES = ("opens_at", "starts_at", "late_after", "closes_at", "ends_at")


class NotNext(ValueError):
    """An event does not go from its status to that one."""


def create(session: Session, organiser: Organiser, given: Mapping[str, Any]) -> Event:
    """A draft made of what schemas_event.NewEventForm loaded, with one session over its whole time."""
    event = Event(organiser_id=organiser.id, slug=free_slug(session, given["title"]), status=DRAFT, consent_version=1)
    _fill(event, given)
    session.add(event)
    session.flush()
    session.add(SeatPool(event_id=event.id, size=given["open_seats"]))
    _new_consent(session, event, 1, given["consent_text"], given["consent_text_en"])
    event.sessions = [_whole_day(event)]
    session.flush()
    session.refresh(event)
    publish_event(session, event)
    audit.record(session, "event.created", event.id, event.id, after={"title": event.title})
    return event


def change(session: Session, event: Event, given: Mapping[str, Any]) -> None:
    """Change an event by what schemas_event.EventForm loaded. A new wording of the consent is a new version."""
    before = describe(event)
    _fill(event, given)
    current = consent_text(session, event)
    if (current.text, current.text_en) != (given["consent_text"], given["consent_text_en"]):
        event.consent_version += 1
        _new_consent(session, event, event.consent_version, given["consent_text"], given["consent_text_en"])
    publish_event(session, event)
    after = describe(event)
    changed = {name for name in after if after[name] != before[name]}
    audit.record(
        session,
        "event.changed",
        event.id,
        event.id,
        {name: before[name] for name in changed},
        {name: after[name] for name in changed},
    )


def describe(event: Event) -> dict[str, Any]:
    """An event's own values as plain data, for the audit log."""
    plain = {
        name: getattr(event, name) for name in (*_PLAIN, *_CERTIFICATE, "topics", "signatories", "consent_version")
    }
    times = {name: getattr(event, name) for name in ("starts_at", "ends_at", "signup_closes_at")}
    return plain | {name: at.isoformat() if at else None for name, at in times.items()}


def _fill(event: Event, given: Mapping[str, Any]) -> None:
    for name in (*_PLAIN, *_CERTIFICATE):
        setattr(event, name, given[name])
    for name in ("starts_at", "ends_at", "signup_closes_at"):
        setattr(event, name, in_zone(given[name], given["timezone"]))
    event.topics = [line.strip() for line in given["topics"].splitlines() if line.strip()]
    event.signatories = [_signatory(line) for line in given["signatories"].splitlines() if line.strip()]
    others = dict.fromkeys(("narasumber", "moderator", "panitia"), PRESENT_ONCE)
    event.certificate_policy = {
        **others,
        **(event.certificate_policy or {}),
        "peserta": {"kind": "minutes", "share": given["share_percent"] / 100},
    }


def _signatory(line: str) -> dict[str, str]:
    name, _bar, title = line.partition("|")
    return {"name": name.strip(), "title": title.strip()}


def _new_consent(session: Session, event: Event, version: int, text: str, text_en: str | None) -> None:
    session.add(ConsentText(event_id=event.id, version=version, text=text, text_en=text_en, created_at=clock.now()))
    session.flush()


def _whole_day(event: Event) -> EventSession:
    door = event.starts_at - timedelta(minutes=30)
    late = min(event.starts_at + timedelta(minutes=15), event.ends_at)
    return EventSession(
        title=event.title,
        title_en=event.title_en,
        opens_at=door,
        starts_at=event.starts_at,
        late_after=late,
        closes_at=event.ends_at,
        ends_at=event.ends_at,
    )


def set_status(session: Session, event: Event, status: str) -> None:
    """Publish, close, reopen or archive. Raises NotNext."""
    if status not in NEXT[event.status]:
        raise NotNext(status)
    before, event.status = event.status, status
    publish_event(session, event)
    audit.record(session, f"event.{status}", event.id, event.id, {"status": before}, {"status": status})


def copy(session: Session, event: Event, day: date) -> Event:
    """A draft like ``event`` that begins on ``day``: agenda, windows, seats, partners and questions move along.

    Times keep their place on the wall clock of the event's zone. People do not come along; invitations are new.
    """
    zone = ZoneInfo(event.timezone)
    days = day - event.starts_at.astimezone(zone).date()

    def moved(at: datetime | None) -> Any:
        return at and (at.astimezone(zone).replace(tzinfo=None) + days).replace(tzinfo=zone)

    kept = (*_PLAIN, *_CERTIFICATE, "organiser_id", "topics", "signatories", "certificate_policy")
    made = Event(
        **{name: getattr(event, name) for name in kept},
        questions=questions.for_copy(event),
        slug=free_slug(session, f"{event.slug} {day.isoformat()}"),
        status=DRAFT,
        consent_version=1,
        starts_at=moved(event.starts_at),
        ends_at=moved(event.ends_at),
        signup_closes_at=moved(event.signup_closes_at),
    )
    session.add(made)
    session.flush()
    consent = consent_text(session, event)
    _new_consent(session, made, 1, consent.text, consent.text_en)
    made.sessions = [
        EventSession(title=item.title, title_en=item.title_en, **{name: moved(getattr(item, name)) for name in _TIMES})
        for item in event.sessions
    ]
    _copy_seats(session, event, made)
    session.refresh(made)
    publish_event(session, made)
    audit.record(session, "event.copied", made.id, made.id, after={"from": event.id, "day": day.isoformat()})
    return made


def _copy_seats(session: Session, event: Event, made: Event) -> None:
    pools = session.scalars(select(SeatPool).where(SeatPool.event_id == event.id).order_by(SeatPool.id))
    for pool in pools.all():
        if pool.partner is None:
            session.add(SeatPool(event_id=made.id, size=pool.size))
        else:
            seats.add_partner(session, made, pool.partner.name, pool.size, codes.invite_code())
    session.flush()


def free_slug(session: Session, title: str) -> str:
    """A slug made of ``title`` that no event has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-") or "acara"
    taken = set(session.scalars(select(Event.slug).where(Event.slug.startswith(base))))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
