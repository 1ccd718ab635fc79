"""Shapes of what certificates says about itself: the signed data, and what the JSON API answers."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from shared.contracts import ROLES
from shared.fields import REQUIRED, Instant, Text

STATUSES = ("valid", "replaced", "revoked", "unknown", "altered")

_SHA256 = validate.Regexp(r"[0-9a-f]{64}\Z")


class Strict(Schema):
    """A shape with nothing in it that is not known."""

    class Meta:
        unknown = RAISE


class SignatoryData(Strict):
    """Who signs, in which office."""

    name = Text(required=True)
    title = Text(required=True, allow_empty=True)
    image = fields.String(load_default=None, allow_none=True, validate=_SHA256)


class LogoData(Strict):
    """A logo by its content's hash, and whose it is."""

    image = fields.String(required=True, validate=_SHA256)
    alt = Text(required=True)


class SessionData(Strict):
    """An item of the agenda on the second page."""

    title = Text(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class EventData(Strict):
    """The event as the certificate names it."""

    title = Text(required=True)
    title_en = Text(required=True, allow_none=True)
    venue = Text(required=True)
    timezone = Text(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class CertificateData(Strict):
    """Everything that a certificate says: what is signed, printed, and shown on the verification page."""

    kind = fields.String(required=True, validate=validate.Equal("hadir.certificate.v1"))
    id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    number = Text(required=True)
    code = Text(required=True, longest=16)
    url = Text(required=True, longest=400)
    name = Text(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    event = fields.Nested(EventData, required=True)
    organiser = Text(required=True)
    partners = fields.List(Text(), required=True)
    signatories = fields.List(fields.Nested(SignatoryData), required=True)
    issued_at = Instant(required=True)
    # Which edition of the design it was drawn with: another edition draws other bytes from the same data.
    design = fields.String(load_default="", validate=validate.Length(max=64))
    # Later additions have defaults, so that what was signed before them still loads.
    statement = Text(load_default=None, allow_none=True)
    statement_en = Text(load_default=None, allow_none=True)
    bilingual = fields.Boolean(load_default=False)
    logos = fields.List(fields.Nested(LogoData), load_default=list)
    sessions = fields.List(fields.Nested(SessionData), load_default=list)
    topics = fields.List(Text(longest=500), load_default=list)


class VerificationAnswer(Schema):
    """What a stranger learns about a code."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    status_at = Instant(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "Why it was revoked, in the organiser's words."})
    replaced_by = fields.String(allow_none=True, metadata={"description": "Address of the version that is valid now."})
    withheld = fields.Boolean(metadata={"description": "The holder asked to be forgotten; the name is not shown."})
    certificate = fields.Dict(allow_none=True, metadata={"description": "Every printed field, as signed."})


class PageQuery(Schema):
    """Keyset pages: the id after which to go on, and how many."""

    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class CertificateAnswer(Schema):
    """One certificate in an organiser's list."""

    id = fields.UUID()
    participant_id = fields.UUID()
    number = fields.String()
    name = fields.String(allow_none=True)
    role = fields.String()
    version = fields.Integer()
    status = fields.String()
    issued_at = Instant()
    verification_url = fields.String()
    mail = fields.String(allow_none=True, metadata={"description": "State of its e-mail; null when none is sent."})


class CertificatePage(Schema):
    """A page of certificates; ``next`` is the ``after`` of the next page, null on the last."""

    items = fields.List(fields.Nested(CertificateAnswer))
    next = fields.UUID(allow_none=True)


class RunAnswer(Schema):
    """An issuing run."""

    id = fields.UUID()
    event_id = fields.Integer()
    cause = fields.String()
    state = fields.String()
    planned = fields.Integer(allow_none=True)
    issued = fields.Integer()
    created_at = Instant()
    last_error = fields.String(allow_none=True)


class CredentialQuestion(Schema):
    """A credential to be checked: the text of the file attached to a PDF."""

    credential = Text(required=True, longest=100_000, multiline=True)


class IssueQuestion(Strict):
    """Nothing needs to be said to start a run."""


class DecisionForm(Schema):
    """An organiser's exception for one person."""

    kind = fields.String(required=True, validate=validate.OneOf(("policy", "grant", "deny")))
    reason = Text(load_default="", longest=500)

    @validates_schema
    def reasoned(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """An exception needs a reason; going back to the policy does not."""
        if data["kind"] != "policy" and not data["reason"]:
            raise ValidationError(REQUIRED, "reason")


class ReasonForm(Schema):
    """Why a certificate is revoked; the public page shows it."""

    revocation_reason = Text(required=True, longest=500)


class LayoutForm(Schema):
    """The choices for the look of an event's certificates."""

    bilingual = fields.Boolean(load_default=False)
    second_page = fields.Boolean(load_default=False)
    statement = Text(load_default=None, allow_none=True)
    statement_en = Text(load_default=None, allow_none=True)
