"""The signed data of a certificate."""

from marshmallow import RAISE, Schema, fields, validate

from shared.contracts import ROLES
from shared.fields import Instant, Text

# Topics are the longest list: an organiser can type 4,000 characters of them, one a line.
_SHORT_LIST = validate.Length(max=2_000)
_SHA256 = validate.Regexp(r"[0-9a-f]{64}\Z")


class Strict(Schema):
    """A schema that refuses unknown fields."""

    class Meta:
        unknown = RAISE


class SignatorySchema(Strict):
    """Who signs, and their office."""

    name = Text(required=True)
    title = Text(required=True, allow_empty=True)
    image = fields.String(load_default=None, allow_none=True, validate=_SHA256)


class LogoSchema(Strict):
    """A logo, by the hash of its content, and whose it is."""

    image = fields.String(required=True, validate=_SHA256)
    alt = Text(required=True)


class AgendaItemSchema(Strict):
    """An item of the agenda on the second page."""

    title = Text(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class EventSchema(Strict):
    """The event as the certificate names it."""

    title = Text(required=True)
    title_en = Text(required=True, allow_none=True)
    venue = Text(required=True)
    timezone = Text(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class CertificateSchema(Strict):
    """The content of a certificate: what is signed, printed, and shown on the verification page."""

    kind = fields.String(required=True, validate=validate.Equal("hadir.certificate.v1"))
    id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    number = Text(required=True)
    code = Text(required=True, longest=16)
    url = Text(required=True, longest=400)
    name = Text(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    event = fields.Nested(EventSchema, required=True)
    organiser = Text(required=True)
    partners = fields.List(Text(), required=True, validate=_SHORT_LIST)
    signatories = fields.List(fields.Nested(SignatorySchema), required=True, validate=_SHORT_LIST)
    issued_at = Instant(required=True)
    # The edition of the design. Another edition draws other bytes from the same data.
    design = fields.String(load_default="", validate=validate.Length(max=64))
    # Later additions have defaults, so that earlier certificates still load.
    statement = Text(load_default=None, allow_none=True)
    statement_en = Text(load_default=None, allow_none=True)
    bilingual = fields.Boolean(load_default=False)
    logos = fields.List(fields.Nested(LogoSchema), load_default=list, validate=_SHORT_LIST)
    sessions = fields.List(fields.Nested(AgendaItemSchema), load_default=list, validate=_SHORT_LIST)
    topics = fields.List(Text(longest=500), load_default=list, validate=_SHORT_LIST)
