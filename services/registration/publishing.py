"""Telling the other services: the version is counted on the row that the use case has locked or made."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import Event, Participant, Partner
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.publish import publish


def publish_event(session: Session, event: Event) -> None:
    """Count up the event's version and tell check-in and certificates how it is now."""
    event.version += 1
    session.flush()
    publish(session, EVENT_CHANGED, [event_fact(event)])


def publish_participants(session: Session, event: Event, participants: Iterable[Participant]) -> None:
    """Count up the version of each (a new or locked row of ``event``) and tell check-in and certificates."""
    participants = list(participants)
    for participant in participants:
        participant.version += 1
    session.flush()
    partners = partner_names(session, participants)
    publish(session, PARTICIPANT_CHANGED, [participant_fact(event, person, partners) for person in participants])


def partner_names(session: Session, participants: Iterable[Participant]) -> dict[int, str]:
    """Names of the partners that these people belong to, by partner id."""
    ids = {person.partner_id for person in participants if person.partner_id is not None}
    if not ids:
        return {}
    rows = session.execute(select(Partner.id, Partner.name).where(Partner.id.in_(ids)))
    return {partner_id: name for partner_id, name in rows}  # noqa: C416 - a Row is no tuple to the type checker


def event_fact(event: Event) -> dict[str, Any]:
    """The event as the others know it."""
    return {
        "version": event.version,
        "event_id": event.id,
        "slug": event.slug,
        "title": event.title,
        "title_en": event.title_en,
        "organiser": event.organiser.name,
        "organiser_id": event.organiser_id,
        "venue": event.venue,
        "timezone": event.timezone,
        "status": event.status,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "sessions": [_session_fact(item) for item in event.sessions],
        "topics": event.topics,
        "partners": [partner.name for partner in event.partners],
        "certificate_policy": event.certificate_policy,
        "certificate_grace_minutes": event.certificate_grace_minutes,
        "certificate_number_pattern": event.certificate_number_pattern,
        "signatories": event.signatories,
    }


def _session_fact(item: Any) -> dict[str, Any]:
    times = ("opens_at", "starts_at", "late_after", "closes_at", "ends_at")
    names = {"session_id": item.id, "title": item.title, "title_en": item.title_en}
    return {**names, **{name: getattr(item, name) for name in times}}


def participant_fact(event: Event, person: Participant, partners: Mapping[int, str]) -> dict[str, Any]:
    """The participant as the others know them: no needs beyond a flag, and nothing of a person who was erased."""
    erased = person.erased_at is not None
    topics = event.topics
    group = person.group_number
    return {
        "version": person.version,
        "participant_id": person.id,
        "event_id": person.event_id,
        "ticket_id": person.ticket_id,
        "revoked_ticket_ids": person.revoked_ticket_ids,
        "code": person.code,
        "name": person.name,
        "role": person.role,
        "locale": person.locale,
        "organisation": None if erased else partners.get(person.partner_id or 0) or person.organisation,
        "status": person.status,
        "status_at": person.status_at,
        "group_number": group,
        "group_topic": topics[group - 1] if group and group <= len(topics) else None,
        "needs_assistance": person.needs_assistance,
        "email": person.email,
        "erased": erased,
    }
