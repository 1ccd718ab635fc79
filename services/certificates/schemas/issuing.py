"""Certificates and runs in the organisers' JSON API."""

from marshmallow import RAISE, Schema, fields, validate

from shared.fields import Instant


class CertificatesQuery(Schema):
    """Keyset pages: the id after which the page begins, and how many rows."""

    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class CertificateResponse(Schema):
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


class CertificatePageResponse(Schema):
    """A page of certificates; ``next`` is the ``after`` of the next page, null on the last."""

    items = fields.List(fields.Nested(CertificateResponse))
    next = fields.UUID(allow_none=True)


class RunResponse(Schema):
    """An issuing run."""

    id = fields.UUID()
    event_id = fields.Integer()
    cause = fields.String()
    state = fields.String()
    planned = fields.Integer(allow_none=True)
    issued = fields.Integer()
    created_at = Instant()
    last_error = fields.String(allow_none=True)


class StartRunForm(Schema):
    """Starting a run; there is nothing to choose."""

    class Meta:
        unknown = RAISE
