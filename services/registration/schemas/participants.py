"""Participants, as forms, JSON, imported rows and OpenAPI see them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from services.registration.models.participants import NEEDS, STATUSES
from services.registration.schemas.fields import CHOOSE
from shared.contracts import ROLES
from shared.fields import REQUIRED, Email, Instant, Text
from shared.i18n import LOCALES

NEEDS_CONSENT_FIRST = _l("Beri persetujuan di bawah agar kebutuhan ini boleh kami simpan, atau kosongkan.")
CONSENT_NEEDED = _l("Persetujuan ini diperlukan untuk mendaftar.")


class PersonSchema(Schema):
    """A person as they appear in an event."""

    name = Text(required=True, metadata={"description": "Full name as printed on the certificate; one name is fine"})
    email = Email(required=True)
    organisation = Text(load_default=None, allow_none=True)
    locale = fields.String(
        load_default="id", validate=validate.OneOf(LOCALES, error=CHOOSE), error_messages={"invalid": CHOOSE}
    )


class NeedsSchema(Schema):
    """Accommodation needs, which are stored only with a separate consent."""

    needs = fields.List(
        fields.String(validate=validate.OneOf(NEEDS, error=CHOOSE)),
        load_default=list,
        validate=validate.Length(max=len(NEEDS)),
    )
    needs_note = Text(load_default=None, allow_none=True, longest=500, multiline=True)
    needs_consent = fields.Boolean(load_default=False)

    @validates_schema
    def needs_come_with_consent(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("needs") or data.get("needs_note")) and not data.get("needs_consent"):
            raise ValidationError([NEEDS_CONSENT_FIRST], "needs_consent")


class ConsentSchema(Schema):
    """The consent that every registration needs."""

    consent = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error=CONSENT_NEEDED),
        error_messages={"required": CONSENT_NEEDED, "null": CONSENT_NEEDED},
        metadata={"description": "Agrees to the event's consent text"},
    )


class AnswersSchema(Schema):
    """Answers to the event's own questions; schemas/answers.py checks them against the definitions."""

    answers = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={
            "description": "Answers by the question's key: text, one option's value, a list of values, a number, or a"
            " date such as 2022-12-25. The event lists its questions"
        },
    )


class SignUpSchema(PersonSchema, NeedsSchema, ConsentSchema, AnswersSchema):
    """A sign-up."""

    invite = Text(load_default=None, allow_none=True, longest=40, metadata={"description": "A partner's invite code"})


class NameSchema(Schema):
    """A corrected name."""

    name = Text(required=True)


class LostTicketForm(Schema):
    """The address whose ticket is sent again."""

    email = Email(required=True)


class SpeakerForm(PersonSchema):
    """A person registered by an organiser. Speakers and committee take no seat."""

    email = Email(load_default=None, allow_none=True)
    role = fields.String(
        required=True,
        validate=validate.OneOf(ROLES, error=CHOOSE),
        error_messages={"required": REQUIRED, "invalid": CHOOSE},
    )


class CoordinatedParticipantSchema(PersonSchema, NeedsSchema, ConsentSchema, AnswersSchema):
    """A person registered by a coordinator. Without an e-mail, the coordinator hands out the ticket."""

    email = Email(load_default=None, allow_none=True)


class ParticipantsQuery(Schema):
    """The filter of the list of participants."""

    q = Text(load_default="", allow_empty=True, longest=100)
    status = fields.String(load_default="", validate=validate.OneOf(("", *STATUSES), error=CHOOSE))
    role = fields.String(load_default="", validate=validate.OneOf(("", *ROLES), error=CHOOSE))
    partner = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=2**31 - 1))


class CompanionForm(Schema):
    """The participant who is accompanied, by ticket code."""

    code = Text(load_default="", longest=20, allow_empty=True)


class IdempotencyHeader(Schema):
    """A key that makes repeating a request harmless."""

    class Meta:
        unknown = EXCLUDE

    key = Text(data_key="Idempotency-Key", load_default=None, longest=100)


class RegistrationResponse(Schema):
    """A registration as its holder sees it."""

    id = fields.UUID()
    event = fields.String(metadata={"description": "The event's slug"})
    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    role = fields.String()
    locale = fields.String()
    status = fields.String()
    status_at = Instant()
    code = fields.String(metadata={"description": "The ticket's typed code"})
    requested_name = fields.String(allow_none=True, metadata={"description": "Awaiting the organiser's approval"})
    needs = fields.List(fields.String())
    needs_note = fields.String(allow_none=True)
    answers = fields.Dict(keys=fields.String(), metadata={"description": "By the question's key"})
    ticket = fields.String(allow_none=True, metadata={"description": "The QR code's text; none while there is no seat"})
    token = fields.String(metadata={"description": "Identifies this registration in other calls"})
    page = fields.String(metadata={"description": "The participant's own page"})
