"""Copying an event to another day."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.events import questions
from services.registration.events.editing import CERTIFICATE_FIELDS, PLAIN_FIELDS, add_consent_text, free_slug
from services.registration.events.lookup import consent_text
from services.registration.models import AgendaItem, Event, SeatPool
from services.registration.models.events import DRAFT
from services.registration.outbound import publish_event
from services.registration.partners import organisations
from shared.actors import Actor
from shared.contracts import SESSION_TIMES


def copy(session: Session, actor: Actor, event: Event, day: date) -> Event:
    """A draft like ``event`` that begins on ``day``, with its agenda, windows, seats, partners and questions.

    Times keep their place on the wall clock of the event's zone. Participants are not copied; invitations are new.
    """
    zone = ZoneInfo(event.timezone)
    days = day - event.starts_at.astimezone(zone).date()

    def moved(at: datetime | None) -> Any:
        return at and (at.astimezone(zone).replace(tzinfo=None) + days).replace(tzinfo=zone)

    kept = (*PLAIN_FIELDS, *CERTIFICATE_FIELDS, "organiser_id", "topics", "signatories", "certificate_policy")
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
    add_consent_text(session, made, 1, consent.text, consent.text_en)
    made.agenda = [
        AgendaItem(
            title=item.title, title_en=item.title_en, **{name: moved(getattr(item, name)) for name in SESSION_TIMES}
        )
        for item in event.agenda
    ]
    _copy_seats(session, event, made)
    session.refresh(made)
    publish_event(session, made)
    after = {"from": event.id, "day": day.isoformat()}
    audit.record(session, actor, "event.copied", made.id, event_id=made.id, after=after)
    return made


def _copy_seats(session: Session, event: Event, made: Event) -> None:
    pools = session.scalars(select(SeatPool).where(SeatPool.event_id == event.id).order_by(SeatPool.id))
    for pool in pools.all():
        if pool.partner is None:
            session.add(SeatPool(event_id=made.id, size=pool.size))
        else:
            organisations.create(session, made, pool.partner.name, pool.size)
    session.flush()
