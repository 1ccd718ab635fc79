"""What organisers fill in about partners and seats."""

from marshmallow import Schema, fields

from services.registration.schemas.fields import NUMBER_MESSAGES, SEATS_RANGE, WallTime
from shared.fields import Text


class PartnerForm(Schema):
    """A partner with its seats."""

    name = Text(required=True)
    allotment = fields.Integer(required=True, validate=SEATS_RANGE, error_messages=NUMBER_MESSAGES)
    release_at = WallTime(load_default=None)


class OpenSeatsForm(Schema):
    """The size of the open pool."""

    size = fields.Integer(required=True, validate=SEATS_RANGE, error_messages=NUMBER_MESSAGES)


class InvitationForm(Schema):
    """How long and how often an invitation link works."""

    invite_expires_at = WallTime(load_default=None)
    invite_uses_left = fields.Integer(load_default=None, validate=SEATS_RANGE, error_messages=NUMBER_MESSAGES)
