"""What organisers and coordinators fill in."""

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from services.registration.form_fields import NUMBER_MESSAGES, WallTime
from services.registration.models.participants import ROLES, STATUSES
from services.registration.schemas import CHOOSE, Person, WithAnswers, WithConsent, WithNeeds
from services.registration.signin import SHORTEST_PASSWORD
from shared.fields import REQUIRED, Email, Text

SEATS_RANGE = validate.Range(min=0, max=100_000, error=_l("Isi angka dari {min} sampai {max}."))
SEED_RANGE = validate.Range(min=0, max=2**53, error=_l("Isi angka dari {min} sampai {max}."))
TOO_SHORT = _l("Kata sandi paling sedikit {min} karakter.")


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


class InviteAccountForm(Schema):
    """Somebody who is to sign in."""

    person = Text(required=True)
    email = Email(required=True)


class NewPassword(Schema):
    """A password, twice."""

    password = fields.String(
        required=True,
        validate=validate.Length(min=SHORTEST_PASSWORD, max=200, error=TOO_SHORT),
        error_messages={"required": REQUIRED, "null": REQUIRED},
    )


class ForgotPassword(Schema):
    """Whose password is to be set anew."""

    email = Email(required=True)


class CoordinatedPerson(Person, WithNeeds, WithConsent, WithAnswers):
    """Somebody whom a coordinator registers; without e-mail the ticket goes through the coordinator."""

    email = Email(load_default=None, allow_none=True)


class PeopleFilter(Schema):
    """What the list of participants is narrowed down to; unknown values count as none."""

    q = Text(load_default="", allow_empty=True, longest=100)
    status = fields.String(load_default="", validate=validate.OneOf(("", *STATUSES), error=CHOOSE))
    role = fields.String(load_default="", validate=validate.OneOf(("", *ROLES), error=CHOOSE))
    partner = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=2**31 - 1))


class DrawForm(Schema):
    """How groups are drawn. The same seed over the same people gives the same groups."""

    groups = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=200, error=_l("Isi angka dari {min} sampai {max}.")),
        error_messages=NUMBER_MESSAGES,
    )
    seed = fields.Integer(load_default=None, validate=SEED_RANGE, error_messages=NUMBER_MESSAGES)
    present_only = fields.Boolean(load_default=False)


class MoveForm(Schema):
    """The group somebody is moved to; empty: none."""

    group = fields.Integer(load_default=None, validate=validate.Range(min=1, max=200))


class CompanionForm(Schema):
    """Whom somebody accompanies, by ticket code."""

    code = Text(load_default="", longest=20, allow_empty=True)


class LetterForm(Schema):
    """A letter to many people; the first sending shows a preview."""

    subject = Text(required=True, longest=150)
    body = Text(required=True, longest=10_000, multiline=True)
    confirmed = fields.Boolean(load_default=False)
