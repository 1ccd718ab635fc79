"""What organisers fill in about breakout groups."""

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from services.registration.schemas.fields import NUMBER_MESSAGES

MOST_GROUPS = 200
SEED_RANGE = validate.Range(min=0, max=2**53, error=_l("Isi angka dari {min} sampai {max}."))


class DrawForm(Schema):
    """How groups are drawn. The same seed over the same people gives the same groups."""

    groups = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=MOST_GROUPS, error=_l("Isi angka dari {min} sampai {max}.")),
        error_messages=NUMBER_MESSAGES,
    )
    seed = fields.Integer(load_default=None, validate=SEED_RANGE, error_messages=NUMBER_MESSAGES)
    present_only = fields.Boolean(load_default=False)


class MoveForm(Schema):
    """The group to which a participant is moved; empty: none."""

    group = fields.Integer(load_default=None, validate=validate.Range(min=1, max=MOST_GROUPS))
