"""Verification in the JSON API: a credential, and what anybody may learn about it."""

from marshmallow import Schema, fields, validate

from shared.fields import Instant, Text

STATUSES = ("valid", "replaced", "revoked", "unknown", "altered")


class CredentialSchema(Schema):
    """A credential to verify: the text of the file attached to a PDF."""

    credential = Text(required=True, longest=100_000, multiline=True)


class VerificationResponse(Schema):
    """What anybody may learn about a certificate."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    status_at = Instant(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "Why it was revoked, in the organiser's words."})
    replaced_by = fields.String(allow_none=True, metadata={"description": "Address of the version that is valid now."})
    withheld = fields.Boolean(metadata={"description": "The holder was erased; the name is not shown."})
    certificate = fields.Dict(allow_none=True, metadata={"description": "Every printed field, as signed."})
