"""Corrections by staff."""

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, fields, validate

from shared.fields import Text


class CorrectionForm(Schema):
    """A corrected presence; without an arrival the person was not there."""

    class Meta:
        unknown = EXCLUDE

    _WRONG = {"invalid": _l("Tulis jam seperti 08:05.")}

    session_id = fields.Integer(required=True, validate=validate.Range(min=0, max=2**31 - 1))
    arrived = fields.Time(load_default=None, error_messages=_WRONG)
    left = fields.Time(load_default=None, error_messages=_WRONG)
    reason = Text(required=True, longest=500)
