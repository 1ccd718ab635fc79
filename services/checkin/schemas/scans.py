"""Scans and their results, as JSON and as the form of the desk."""

import uuid
from contextlib import suppress
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from services.checkin.scanning.judging import Direction, Verdict
from services.checkin.scanning.scans import Request
from services.checkin.schemas._instants import plausible
from shared.fields import Instant, Text
from shared.tickets import LONGEST_QR_TEXT

BATCH = 500
# A QR code has at most 7,089 characters. Its content is judged, not validated: one strange code must not block the
# queue of a device.
LONGEST_TEXT = LONGEST_QR_TEXT


class ScanSchema(Schema):
    """One scan: exactly one of ticket (read or typed), participant_id (found by name), walk_in_id and undoes."""

    class Meta:
        unknown = EXCLUDE

    scan_id = fields.UUID(required=True)
    ticket = fields.String(validate=validate.Length(max=LONGEST_TEXT), metadata={"example": "EV1:…"})
    participant_id = fields.UUID()
    walk_in_id = fields.UUID()
    undoes = fields.UUID(metadata={"description": "The scan_id of the scan that this one undoes"})
    session_id = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=0, max=2**31 - 1))
    direction = fields.String(load_default="in", validate=validate.OneOf(("in", "out")))
    scanned_at = Instant(required=True, validate=plausible)
    override_reason = Text(longest=500, metadata={"description": "Why staff admit the person against the verdict"})
    told = fields.String(
        allow_none=True,
        validate=validate.OneOf([verdict.value for verdict in Verdict]),
        metadata={"description": "The verdict that an offline device gave at the door"},
    )

    @validates_schema
    def names_one_thing(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a scan that names nothing, or more than one."""
        if sum(name in data for name in ("ticket", "participant_id", "walk_in_id", "undoes")) != 1:
            message = _l("Sebutkan tepat satu: ticket, participant_id, walk_in_id, atau undoes.")
            raise ValidationError(message, "ticket")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Request:
        """The request of the use case."""
        told = data.pop("told", None)
        return Request(**{**data, "direction": Direction(data["direction"]), "told": Verdict(told) if told else None})


class ScanBatchSchema(Schema):
    """1 to 500 scans, with the time of the device's clock when they were sent."""

    class Meta:
        unknown = EXCLUDE

    device_now = Instant(required=True, validate=plausible)
    event_id = fields.Integer(
        strict=True,
        load_default=None,
        validate=validate.Range(min=1, max=2**32 - 1),
        metadata={"description": "Required from an organiser; a device has its own event"},
    )
    scans = fields.List(fields.Nested(ScanSchema), required=True, validate=validate.Length(min=1, max=BATCH))


class ScanResponse(Schema):
    """The result of one scan, with a sentence in the reader's language (Accept-Language)."""

    scan_id = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([verdict.value for verdict in Verdict]))
    effective = fields.String(metadata={"description": "What the scan counts as by what is known now"})
    tone = fields.String(validate=validate.OneOf(("good", "warn", "bad")))
    sign = fields.String()
    word = fields.String()
    message = fields.String()
    repeated = fields.Boolean(metadata={"description": "This scan_id was answered before; this is the same answer"})
    at = Instant(allow_none=True, metadata={"description": "When it happened, by a corrected clock"})
    about = Instant(allow_none=True, metadata={"description": "When the door opens or closed, or the person came in"})
    session_id = fields.Integer(allow_none=True)
    session = fields.String(allow_none=True)
    participant_id = fields.UUID(allow_none=True)
    name = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    role = fields.String(allow_none=True)
    group = fields.String(allow_none=True)
    group_topic = fields.String(allow_none=True)
    needs_assistance = fields.Boolean()


class ScansResponse(Schema):
    """The results in the order of the scans."""

    results = fields.List(fields.Nested(ScanResponse), required=True)


class DeskForm(Schema):
    """A scan typed on the plain page. What cannot be read counts as absent: the page has no way to explain it."""

    class Meta:
        unknown = EXCLUDE

    ticket = fields.String(load_default="")
    direction = fields.String(load_default="in", validate=validate.OneOf(("in", "out")))
    session_id = fields.Integer(load_default=None)
    # The page carries the id, so that a form sent twice is one scan.
    scan_id = fields.UUID(load_default=uuid.uuid4)

    @pre_load
    def leave_out_the_unreadable(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Only the inputs that have a value of their kind."""
        kept = {"ticket": data.get("ticket", "")[:LONGEST_TEXT]}
        if data.get("direction") == "out":
            kept["direction"] = "out"
        session_id = data.get("session_id", "")
        if session_id.isascii() and session_id.isdigit() and len(session_id) < 10:
            kept["session_id"] = session_id
        with suppress(ValueError):
            kept["scan_id"] = str(uuid.UUID(data.get("scan_id", "")))
        return kept
