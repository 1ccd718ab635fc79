"""The shapes of check-in's JSON, also behind its forms."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema

from services.checkin.judging import Direction, Verdict
from services.checkin.scanning import Request
from shared.fields import Email, Instant, Text
from shared.i18n import LOCALES

BATCH = 500
# A QR code holds at most 7,089 characters. What it holds is judged, not validated: one odd code must not hold up a
# device's whole queue.
_LONGEST_CODE = 7089
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _plausible(instant: datetime) -> None:
    if not _EARLIEST <= instant <= _LATEST:
        raise ValidationError(_l("Waktu di luar jangkauan."))


class ScanSchema(Schema):
    """One scan: exactly one of ticket (read or typed), participant_id (found by name), walk_in_id and undoes."""

    class Meta:
        unknown = EXCLUDE

    scan_id = fields.UUID(required=True)
    ticket = fields.String(validate=validate.Length(max=_LONGEST_CODE), metadata={"example": "EV1:…"})
    participant_id = fields.UUID()
    walk_in_id = fields.UUID()
    undoes = fields.UUID(metadata={"description": "The scan_id that this scan takes back"})
    session_id = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=0, max=2**31 - 1))
    direction = fields.String(load_default="in", validate=validate.OneOf(("in", "out")))
    scanned_at = Instant(required=True, validate=_plausible)
    override_reason = Text(longest=500, metadata={"description": "Why staff let somebody in against the verdict"})
    told = fields.String(
        allow_none=True,
        validate=validate.OneOf([verdict.value for verdict in Verdict]),
        metadata={"description": "What a device without network has told the door"},
    )

    @validates_schema
    def names_one_thing(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a scan that names nothing, or two things."""
        if sum(name in data for name in ("ticket", "participant_id", "walk_in_id", "undoes")) != 1:
            message = _l("Sebutkan tepat satu: ticket, participant_id, walk_in_id, atau undoes.")
            raise ValidationError(message, "ticket")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Request:
        """The request as the use case takes it."""
        told = data.pop("told", None)
        return Request(**{**data, "direction": Direction(data["direction"]), "told": Verdict(told) if told else None})


class BatchSchema(Schema):
    """1 to 500 scans, with what the device's clock showed when they were sent."""

    class Meta:
        unknown = EXCLUDE

    device_now = Instant(required=True, validate=_plausible)
    event_id = fields.Integer(
        strict=True,
        load_default=None,
        validate=validate.Range(min=1, max=2**32 - 1),
        metadata={"description": "Needed from an organiser; a device has its own event"},
    )
    scans = fields.List(fields.Nested(ScanSchema), required=True, validate=validate.Length(min=1, max=BATCH))


class ResultSchema(Schema):
    """What became of one scan, with a sentence in the staff's language (Accept-Language)."""

    scan_id = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([verdict.value for verdict in Verdict]))
    effective = fields.String(metadata={"description": "What the scan is worth by what is known now"})
    tone = fields.String(validate=validate.OneOf(("good", "warn", "bad")))
    sign = fields.String()
    word = fields.String()
    message = fields.String()
    repeated = fields.Boolean(metadata={"description": "This scan_id had been answered before; this is that answer"})
    at = Instant(allow_none=True, metadata={"description": "When it happened, the device's error taken off"})
    about = Instant(allow_none=True, metadata={"description": "When the door opens or closed, or since when one is in"})
    session_id = fields.Integer(allow_none=True)
    session = fields.String(allow_none=True)
    participant_id = fields.UUID(allow_none=True)
    name = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    role = fields.String(allow_none=True)
    group = fields.String(allow_none=True)
    group_topic = fields.String(allow_none=True)
    needs_assistance = fields.Boolean()


class ResultsSchema(Schema):
    """The results in the order of the scans."""

    results = fields.List(fields.Nested(ResultSchema), required=True)


class WalkInSchema(Schema):
    """Somebody at the door who agreed to be registered; the same walk_in_id again is not asked again."""

    class Meta:
        unknown = EXCLUDE

    walk_in_id = fields.UUID(required=True)
    name = Text(required=True)
    email = Email(load_default=None, allow_none=True)
    organisation = Text(load_default=None, allow_none=True)
    locale = fields.String(load_default="id", validate=validate.OneOf(LOCALES))
    consent = fields.Boolean(required=True, validate=validate.Equal(True, error=_l("Tanpa persetujuan tidak dapat.")))
    consent_at = Instant(required=True, validate=_plausible)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The request without the tick, whose time is kept."""
        return {name: value for name, value in data.items() if name != "consent"}


class WalkInsSchema(Schema):
    """1 to 100 walk-ins, with what the device's clock showed when they were sent."""

    class Meta:
        unknown = EXCLUDE

    device_now = Instant(required=True, validate=_plausible)
    walk_ins = fields.List(fields.Nested(WalkInSchema), required=True, validate=validate.Length(min=1, max=100))


class PairingSchema(Schema):
    """A pairing code from the console; ``name`` may rename the device."""

    class Meta:
        unknown = EXCLUDE

    code = Text(required=True, longest=40)
    name = Text(longest=80)


class PairedSchema(Schema):
    """The device's token: it is given once."""

    token = fields.String(required=True)
    device_id = fields.UUID(required=True)
    event_id = fields.Integer(required=True)
    name = fields.String()


class DeviceSchema(Schema):
    """A new device in the console."""

    name = Text(required=True, longest=80)


class CorrectionSchema(Schema):
    """A presence set right by staff; without an arrival the person was not there."""

    class Meta:
        unknown = EXCLUDE

    _WRONG = {"invalid": _l("Tulis jam seperti 08:05.")}

    session_id = fields.Integer(required=True, validate=validate.Range(min=0, max=2**31 - 1))
    arrived = fields.Time(load_default=None, error_messages=_WRONG)
    left = fields.Time(load_default=None, error_messages=_WRONG)
    reason = Text(required=True, longest=500)


def staff_scan(ticket: str, scan_id: UUID, at: datetime, direction: str, session_id: int | None) -> Request:
    """A scan typed into the plain page, which has no clock of its own."""
    return Request(scan_id=scan_id, scanned_at=at, ticket=ticket, direction=Direction(direction), session_id=session_id)
