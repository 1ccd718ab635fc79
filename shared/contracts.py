"""The messages that services send each other: which service sends what to which, in which shape.

Every message is a fact that carries state: the whole of one entity as its owner sees it, with a version that the
owner increments. A receiver keeps the highest version, so a fact that arrives twice, late or out of order does no
harm. Fields are added, never changed or removed: a change of meaning is a new ``.v2``. An example of each is stored
in shared/examples and must still load.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from shared import settings
from shared.dumping import dumper
from shared.fields import Instant, Text
from shared.i18n import LOCALES

# Text in facts has the same length limits as where it was entered.
_LONG = 4000

# The instants of an agenda item, in the order of the day: [opens_at, closes_at) admits, from late_after on it is late.
SESSION_TIMES = ("opens_at", "starts_at", "late_after", "closes_at", "ends_at")
ROLES = ("peserta", "narasumber", "moderator", "panitia")


class ContractError(ValueError):
    """A service tried to publish a fact that does not fit its contract: a bug, not an input error."""


class Fact(Schema):
    """What every fact has. Fields that a receiver does not know yet are dropped, not refused."""

    class Meta:
        unknown = EXCLUDE

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class AgendaItemFact(Schema):
    """One item of the agenda with its own door: [opens_at, closes_at) admits, from late_after on it is late."""

    class Meta:
        unknown = EXCLUDE

    session_id = fields.Integer(required=True, strict=True)
    title = Text(required=True)
    title_en = Text(load_default=None, allow_none=True)
    opens_at = Instant(required=True)
    starts_at = Instant(required=True)
    late_after = Instant(required=True)
    closes_at = Instant(required=True)
    ends_at = Instant(required=True)


class EventChanged(Fact):
    """An event with its schedule, in the event's own time zone (IANA name)."""

    event_id = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**32 - 1))
    slug = Text(required=True)
    title = Text(required=True)
    title_en = Text(load_default=None, allow_none=True)
    organiser = Text(required=True)
    # The series of certificate numbers belongs to the organiser, not to the event.
    organiser_id = fields.Integer(required=True, strict=True)
    venue = Text(required=True)
    timezone = Text(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("draft", "published", "closed", "archived")))
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    sessions = fields.List(fields.Nested(AgendaItemFact), required=True)
    topics = fields.List(Text(longest=500), load_default=list)
    partners = fields.List(Text(), load_default=list)
    # role -> {"kind": "sessions"|"minutes"|"none", "sessions": [session_id] | "share": 0..1}
    certificate_policy = fields.Dict(keys=fields.String(), values=fields.Dict(), load_default=dict)
    certificate_grace_minutes = fields.Integer(load_default=0, validate=validate.Range(min=0))
    # Placeholders seq (with an optional width), month, roman_month and year; see certificates/issuing/numbering.py.
    certificate_number_pattern = Text(load_default=None, allow_none=True, longest=80)
    # [{"name", "title"}] in the order in which they sign
    signatories = fields.List(fields.Dict(), load_default=list)


class ParticipantChanged(Fact):
    """A person registered for an event.

    ``erased`` makes it a tombstone: every copy forgets the person and keeps the version.
    ``status_at`` is the business time from which the status holds (a cancellation counts from its own time).
    """

    participant_id = fields.UUID(required=True)
    event_id = fields.Integer(required=True, strict=True)
    ticket_id = fields.UUID(required=True)
    # Tickets that this one replaced (lost, sold, corrected). The door answers "revoked" to them.
    revoked_ticket_ids = fields.List(fields.UUID(), load_default=list)
    code = Text(required=True, longest=20)
    name = Text(required=True, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    locale = fields.String(required=True, validate=validate.OneOf(LOCALES))
    organisation = Text(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(("confirmed", "waitlisted", "cancelled")))
    status_at = Instant(required=True)
    group_number = fields.Integer(load_default=None, allow_none=True)
    group_topic = Text(load_default=None, allow_none=True, longest=500)
    needs_assistance = fields.Boolean(load_default=False)
    email = Text(load_default=None, allow_none=True, longest=254)
    erased = fields.Boolean(load_default=False)


class AttendanceChanged(Fact):
    """One person's presence in one session, as derived from all scans known so far."""

    participant_id = fields.UUID(required=True)
    session_id = fields.Integer(required=True, strict=True)
    event_id = fields.Integer(required=True, strict=True)
    arrived_at = Instant(required=True, allow_none=True)
    left_at = Instant(required=True, allow_none=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    punctuality = fields.String(required=True, allow_none=True, validate=validate.OneOf(("on_time", "late")))
    corrected = fields.Boolean(load_default=False)


class WalkInRequested(Fact):
    """Somebody registered at the door, perhaps while it was offline, and agreed to it."""

    walk_in_id = fields.UUID(required=True)
    event_id = fields.Integer(required=True, strict=True)
    name = Text(required=True)
    email = Text(load_default=None, allow_none=True, longest=254)
    organisation = Text(load_default=None, allow_none=True)
    locale = fields.String(load_default="id", validate=validate.OneOf(LOCALES))
    consent_at = Instant(required=True)
    requested_at = Instant(required=True)


class WalkInAnswered(Fact):
    """What became of a walk-in: registered or waitlisted as a participant, or refused with a reason."""

    walk_in_id = fields.UUID(required=True)
    event_id = fields.Integer(required=True, strict=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("registered", "waitlisted", "refused")))
    participant_id = fields.UUID(required=True, allow_none=True)
    reason = Text(load_default=None, allow_none=True, longest=_LONG)


class CertificateChanged(Fact):
    """A certificate's number and standing. Keyed by participant: a person has one live certificate per event."""

    participant_id = fields.UUID(required=True)
    event_id = fields.Integer(required=True, strict=True)
    number = Text(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("valid", "replaced", "revoked")))
    verification_url = Text(required=True, longest=_LONG)
    issued_at = Instant(required=True)


@dataclass(frozen=True)
class Contract:
    """One kind of message: its sender, its receivers, the fields that make its key, its shape."""

    type: str
    source: str
    subscribers: tuple[str, ...]
    key: tuple[str, ...]
    schema: Schema
    # Fields that only the named subscribers receive; the others get the fact without them.
    reserved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def dump(self, fact: Mapping[str, Any]) -> dict[str, Any]:
        """The fact as JSON data, as ``schema`` dumps it.

        Receivers validate every fact against the schema. Where HADIR_CHECK_FACTS is set (in tests), the sender
        validates it too, and raises ContractError when it does not fit.
        """
        payload = dumper(self.schema)(fact)
        if settings.optional("HADIR_CHECK_FACTS") and (errors := self.schema.validate(payload)):
            raise ContractError(f"{self.type}: {errors}")
        return payload

    def hidden_from(self, subscriber: str) -> list[str]:
        """The fields that ``subscriber`` must not receive."""
        return [name for name, allowed in self.reserved.items() if subscriber not in allowed]

    def payload_for(self, subscriber: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON data without the fields that ``subscriber`` must not receive."""
        hidden = self.hidden_from(subscriber)
        return {name: value for name, value in payload.items() if name not in hidden}

    def key_of(self, fact: Mapping[str, Any]) -> str:
        """The entity's key as text, the same from loaded facts and from JSON."""
        return ":".join(str(fact[name]) for name in self.key)


_PEOPLE_TO = ("checkin", "certificates")

EVENT_CHANGED = Contract("registration.event-changed.v1", "registration", _PEOPLE_TO, ("event_id",), EventChanged())
PARTICIPANT_CHANGED = Contract(
    "registration.participant-changed.v1",
    "registration",
    _PEOPLE_TO,
    ("participant_id",),
    ParticipantChanged(),
    reserved={"email": ("certificates",)},
)
ATTENDANCE_CHANGED = Contract(
    "checkin.attendance-changed.v1",
    "checkin",
    ("certificates", "registration"),
    ("participant_id", "session_id"),
    AttendanceChanged(),
)
WALK_IN_REQUESTED = Contract(
    "checkin.walk-in-requested.v1", "checkin", ("registration",), ("walk_in_id",), WalkInRequested()
)
WALK_IN_ANSWERED = Contract(
    "registration.walk-in-answered.v1", "registration", ("checkin",), ("walk_in_id",), WalkInAnswered()
)
CERTIFICATE_CHANGED = Contract(
    "certificates.certificate-changed.v1",
    "certificates",
    ("registration",),
    ("participant_id",),
    CertificateChanged(),
)

CONTRACTS: dict[str, Contract] = {
    contract.type: contract
    for contract in (
        EVENT_CHANGED,
        PARTICIPANT_CHANGED,
        ATTENDANCE_CHANGED,
        WALK_IN_REQUESTED,
        WALK_IN_ANSWERED,
        CERTIFICATE_CHANGED,
    )
}
