"""What people fill in to sign in, to invite others and to set a password."""

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from services.registration.accounts.sign_in import SHORTEST_PASSWORD
from shared.fields import REQUIRED, Email, Text

TOO_SHORT = _l("Kata sandi paling sedikit {min} karakter.")


class SignInForm(Schema):
    """E-mail and password."""

    email = Email(required=True)
    password = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200, error=REQUIRED),
        error_messages={"required": REQUIRED, "null": REQUIRED},
    )


class InviteAccountForm(Schema):
    """Somebody who is invited to sign in."""

    person = Text(required=True)
    email = Email(required=True)


class SetPasswordForm(Schema):
    """A new password."""

    password = fields.String(
        required=True,
        validate=validate.Length(min=SHORTEST_PASSWORD, max=200, error=TOO_SHORT),
        error_messages={"required": REQUIRED, "null": REQUIRED},
    )


class ForgotPasswordForm(Schema):
    """The address whose password is reset."""

    email = Email(required=True)
