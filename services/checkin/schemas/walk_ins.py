"""Guests without a registration, as a device sends them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from services.checkin.schemas._instants import plausible
from services.checkin.walk_ins.requests import WalkInRequest
from shared.fields import Email, Instant, Text
from shared.i18n import LOCALES


class WalkInSchema(Schema):
    """A guest at the door who agreed to be registered; a repeated walk_in_id is ignored."""

    class Meta:
        unknown = EXCLUDE

    walk_in_id = fields.UUID(required=True)
    name = Text(required=True)
    email = Email(load_default=None, allow_none=True)
    organisation = Text(load_default=None, allow_none=True)
    locale = fields.String(load_default="id", validate=validate.OneOf(LOCALES))
    consent = fields.Boolean(required=True, validate=validate.Equal(True, error=_l("Tanpa persetujuan tidak dapat.")))
    consent_at = Instant(required=True, validate=plausible)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> WalkInRequest:
        """The request of the use case, without the tick: the time of consent is kept."""
        return WalkInRequest(**{name: value for name, value in data.items() if name != "consent"})


class WalkInBatchSchema(Schema):
    """1 to 100 walk-ins, with the time of the device's clock when they were sent."""

    class Meta:
        unknown = EXCLUDE

    device_now = Instant(required=True, validate=plausible)
    walk_ins = fields.List(fields.Nested(WalkInSchema), required=True, validate=validate.Length(min=1, max=100))


class WalkInsResponse(Schema):
    """How many of the walk-ins are new."""

    new = fields.Integer(required=True)
