"""Pairing devices, and what a device asks for."""

from marshmallow import EXCLUDE, Schema, fields, validate

from shared.fields import Instant, Text


class PairingSchema(Schema):
    """A pairing code from the console; ``name`` may rename the device."""

    class Meta:
        unknown = EXCLUDE

    code = Text(required=True, longest=40)
    name = Text(longest=80)


class PairingResponse(Schema):
    """The device's token, which is shown once."""

    token = fields.String(required=True)
    device_id = fields.UUID(required=True)
    event_id = fields.Integer(required=True)
    name = fields.String()


class DeviceForm(Schema):
    """A new device in the console."""

    name = Text(required=True, longest=80)


class RosterQuery(Schema):
    """What the device already has; by default nothing."""

    class Meta:
        unknown = EXCLUDE

    since = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**62))
    seen = Instant(load_default=None)
