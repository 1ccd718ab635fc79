"""The facts of shared/contracts.py as typed values: what a handler receives and what a builder returns.

A loaded fact is a plain dictionary; these types exist for the type checker and cost nothing at run time.
A test in tests/shape/ compares their fields with the schemas.
"""

from datetime import datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID


class Fact(TypedDict):
    """What every fact has: a version that its owner increments."""

    version: int


class AgendaItemFact(TypedDict):
    """An agenda item. Instants are aware."""

    session_id: int
    title: str
    title_en: str | None
    opens_at: datetime
    starts_at: datetime
    late_after: datetime
    closes_at: datetime
    ends_at: datetime


class EventFact(Fact):
    """registration.event-changed.v1"""

    event_id: int
    slug: str
    title: str
    title_en: str | None
    organiser: str
    organiser_id: int
    venue: str
    timezone: str
    status: str
    starts_at: datetime
    ends_at: datetime
    sessions: list[AgendaItemFact]
    topics: list[str]
    partners: list[str]
    certificate_policy: dict[str, dict[str, Any]]
    certificate_grace_minutes: int
    certificate_number_pattern: str | None
    signatories: list[dict[str, str]]


class ParticipantFact(Fact):
    """registration.participant-changed.v1. Only certificates receives ``email``."""

    participant_id: UUID
    event_id: int
    ticket_id: UUID
    revoked_ticket_ids: list[UUID]
    code: str
    name: str | None
    role: str
    locale: str
    organisation: str | None
    status: str
    status_at: datetime
    group_number: int | None
    group_topic: str | None
    needs_assistance: bool
    email: NotRequired[str | None]
    erased: bool


class AttendanceFact(Fact):
    """checkin.attendance-changed.v1"""

    participant_id: UUID
    session_id: int
    event_id: int
    arrived_at: datetime | None
    left_at: datetime | None
    minutes: int
    punctuality: str | None
    corrected: bool


class WalkInRequestFact(Fact):
    """checkin.walk-in-requested.v1"""

    walk_in_id: UUID
    event_id: int
    name: str
    email: str | None
    organisation: str | None
    locale: str
    consent_at: datetime
    requested_at: datetime


class WalkInAnswerFact(Fact):
    """registration.walk-in-answered.v1"""

    walk_in_id: UUID
    event_id: int
    outcome: str
    participant_id: UUID | None
    reason: str | None


class CertificateFact(Fact):
    """certificates.certificate-changed.v1"""

    participant_id: UUID
    event_id: int
    number: str
    status: str
    verification_url: str
    issued_at: datetime
