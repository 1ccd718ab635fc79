"""The organisers' forms."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.certificates.models import DENY, GRANT
from shared.fields import REQUIRED, Text

# Withdraws an exception: the policy decides again.
POLICY = "policy"


class DecideForm(Schema):
    """An organiser's exception for one participant."""

    kind = fields.String(required=True, validate=validate.OneOf((POLICY, GRANT, DENY)))
    reason = Text(load_default="", longest=500)

    @validates_schema
    def _require_reason(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """An exception needs a reason; withdrawing it does not."""
        if data["kind"] != POLICY and not data["reason"]:
            raise ValidationError(REQUIRED, "reason")


class RevokeForm(Schema):
    """Why a certificate is revoked; the verification page shows it."""

    revocation_reason = Text(required=True, longest=500)


class SaveLayoutForm(Schema):
    """The choices for the design of an event's certificates."""

    bilingual = fields.Boolean(load_default=False)
    second_page = fields.Boolean(load_default=False)
    statement = Text(load_default=None, allow_none=True)
    statement_en = Text(load_default=None, allow_none=True)


class AddLogoForm(Schema):
    """Whose logo it is; the picture comes as a file."""

    alt = Text(
        required=True, error_messages=dict.fromkeys(("required", "null", "empty"), _l("Sebutkan logo siapa ini."))
    )
