"""Own rows as facts for the other services, and the functions that publish them.

A fact's version is counted up on the row that the use case has locked or created.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import AgendaItem, Event, Participant, Partner, WalkIn
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED, WALK_IN_ANSWERED
from shared.delivery.publish import publish
from shared.facts import AgendaItemFact, EventFact, ParticipantFact, WalkInAnswerFact


def publish_event(session: Session, event: Event) -> None:
    """Count up the event's version and publish it to check-in and certificates."""
    event.version += 1
    session.flush()
    publish(session, EVENT_CHANGED, event_facts(session, [event]))


def publish_participants(session: Session, participants: Iterable[Participant]) -> None:
    """Count up the version of each (new or locked) and publish them to check-in and certificates."""
    participants = list(participants)
    for participant in participants:
        participant.version += 1
    session.flush()
    publish(session, PARTICIPANT_CHANGED, participant_facts(session, participants))


def publish_walk_in(session: Session, walk_in: WalkIn) -> None:
    """Publish the answer to a walk-in to check-in. It is given once, so its version is always 1."""
    publish(session, WALK_IN_ANSWERED, walk_in_facts(session, [walk_in]))


def event_facts(session: Session, rows: Sequence[Event]) -> list[EventFact]:
    """Events with their agenda as facts."""
    return [
        {
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
            "sessions": [_agenda_item_fact(item) for item in event.agenda],
            "topics": event.topics,
            "partners": [partner.name for partner in event.partners],
            "certificate_policy": event.certificate_policy,
            "certificate_grace_minutes": event.certificate_grace_minutes,
            "certificate_number_pattern": event.certificate_number_pattern,
            "signatories": event.signatories,
        }
        for event in rows
    ]


def _agenda_item_fact(item: AgendaItem) -> AgendaItemFact:
    return {
        "session_id": item.id,
        "title": item.title,
        "title_en": item.title_en,
        "opens_at": item.opens_at,
        "starts_at": item.starts_at,
        "late_after": item.late_after,
        "closes_at": item.closes_at,
        "ends_at": item.ends_at,
    }


def participant_facts(session: Session, rows: Sequence[Participant]) -> list[ParticipantFact]:
    """Participants as facts: no needs beyond a flag, and nothing about a person who was erased."""
    partners = partner_names(session, rows)
    return [_participant_fact(participant, partners.get(participant.partner_id or 0)) for participant in rows]


def _participant_fact(participant: Participant, partner: str | None) -> ParticipantFact:
    erased = participant.erased_at is not None
    group = participant.group_number
    topics = participant.event.topics if group else []
    return {
        "version": participant.version,
        "participant_id": participant.id,
        "event_id": participant.event_id,
        "ticket_id": participant.ticket_id,
        "revoked_ticket_ids": participant.revoked_ticket_ids,
        "code": participant.code,
        "name": participant.name,
        "role": participant.role,
        "locale": participant.locale,
        "organisation": None if erased else partner or participant.organisation,
        "status": participant.status,
        "status_at": participant.status_at,
        "group_number": group,
        "group_topic": topics[group - 1] if group and group <= len(topics) else None,
        "needs_assistance": participant.needs_assistance,
        "email": participant.email,
        "erased": erased,
    }


def walk_in_facts(session: Session, rows: Sequence[WalkIn]) -> list[WalkInAnswerFact]:
    """Answers to walk-ins as facts."""
    return [
        {
            "version": 1,
            "walk_in_id": walk_in.id,
            "event_id": walk_in.event_id,
            "outcome": walk_in.outcome,
            "participant_id": walk_in.participant_id,
            "reason": walk_in.reason,
        }
        for walk_in in rows
    ]


def partner_names(session: Session, participants: Iterable[Participant]) -> dict[int, str]:
    """Names of the partners to which these participants belong, by partner id."""
    ids = {participant.partner_id for participant in participants if participant.partner_id is not None}
    if not ids:
        return {}
    rows = session.execute(select(Partner.id, Partner.name).where(Partner.id.in_(ids)))
    return {partner_id: name for partner_id, name in rows}  # noqa: C416 - a Row is no tuple to the type checker
