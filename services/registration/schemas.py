"""What people and programs may tell registration: one schema per thing, for forms, JSON, rows and OpenAPI alike."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.registration.models.participants import NEEDS, ROLES
from shared.fields import REQUIRED, Email, Instant, Text
from shared.i18n import LOCALES

NEEDS_CONSENT_FIRST = _l("Beri persetujuan di bawah agar kebutuhan ini boleh kami simpan, atau kosongkan.")
CONSENT_NEEDED = _l("Persetujuan ini diperlukan untuk mendaftar.")
CHOOSE = _l("Pilih salah satu dari daftar.")


class Person(Schema):
    """A person as they are to be known in an event."""

    name = Text(required=True, metadata={"description": "Full name as printed on the certificate; one name is fine"})
    email = Email(required=True)
    organisation = Text(load_default=None, allow_none=True)
    locale = fields.String(
        load_default="id", validate=validate.OneOf(LOCALES, error=CHOOSE), error_messages={"invalid": CHOOSE}
    )


class WithNeeds(Schema):
    """Accommodation needs, which are stored only with a consent of their own."""

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


class WithConsent(Schema):
    """The consent without which nobody is registered."""

    consent = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error=CONSENT_NEEDED),
        error_messages={"required": CONSENT_NEEDED, "null": CONSENT_NEEDED},
        metadata={"description": "Agrees to the event's consent text"},
    )


class WithAnswers(Schema):
    """Answers to the event's own questions; services/registration/answers.py holds them to the definitions."""

    answers = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={
            "description": "Answers by the question's key: text, one option's value, a list of values, a number, or a"
            " date such as 2022-12-25. Which questions there are is said with the event"
        },
    )


class SignUp(Person, WithNeeds, WithConsent, WithAnswers):
    """What somebody fills in to take part."""

    invite = Text(load_default=None, allow_none=True, longest=40, metadata={"description": "A partner's invite code"})


class NameChange(Schema):
    """A corrected name."""

    name = Text(required=True)


class LostTicket(Schema):
    """Whose ticket is to be sent again."""

    email = Email(required=True)


class Speaker(Person):
    """Somebody whom the organiser registers: speakers and committee take no seat."""

    email = Email(load_default=None, allow_none=True)
    role = fields.String(
        required=True,
        validate=validate.OneOf(ROLES, error=CHOOSE),
        error_messages={"required": REQUIRED, "invalid": CHOOSE},
    )


class Credentials(Schema):
    """What somebody signs in with."""

    email = Email(required=True)
    password = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200, error=REQUIRED),
        error_messages={"required": REQUIRED, "null": REQUIRED},
    )


class SessionOut(Schema):
    """One item of an agenda."""

    id = fields.Integer()
    title = fields.String()
    title_en = fields.String(allow_none=True)
    opens_at = Instant()
    starts_at = Instant()
    late_after = Instant()
    closes_at = Instant()
    ends_at = Instant()


class OptionOut(Schema):
    """One of a question's options."""

    value = fields.String()
    label = fields.String()
    label_en = fields.String(allow_none=True)


class QuestionOut(Schema):
    """A question that the event asks besides the usual ones."""

    key = fields.String(metadata={"description": "The answer's name in `answers`"})
    kind = fields.String(metadata={"enum": ["text", "choice", "choices", "number", "date"]})
    label = fields.String()
    label_en = fields.String(allow_none=True)
    help = fields.String(allow_none=True)
    help_en = fields.String(allow_none=True)
    required = fields.Boolean()
    options = fields.List(fields.Nested(OptionOut))
    smallest = fields.Float(allow_none=True)
    largest = fields.Float(allow_none=True)


class EventOut(Schema):
    """A published event as everybody may see it."""

    id = fields.Integer()
    slug = fields.String()
    title = fields.String()
    title_en = fields.String(allow_none=True)
    description = fields.String()
    description_en = fields.String(allow_none=True)
    organiser = fields.String(attribute="organiser.name")
    venue = fields.String()
    timezone = fields.String(metadata={"description": "IANA name"})
    starts_at = Instant()
    ends_at = Instant()
    status = fields.String()
    takes_signups = fields.Boolean()
    seats_free = fields.Integer(metadata={"description": "Free seats of the open pool"})
    consent_text = fields.String()
    consent_text_en = fields.String(allow_none=True)
    sessions = fields.List(fields.Nested(SessionOut))
    questions = fields.List(fields.Nested(QuestionOut))


class EventsPage(Schema):
    """A page of events; ``next`` is the cursor of the following one."""

    events = fields.List(fields.Nested(EventOut))
    next = fields.String(allow_none=True)


class RegistrationOut(Schema):
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
    requested_name = fields.String(allow_none=True, metadata={"description": "Waits for the organiser's approval"})
    needs = fields.List(fields.String())
    needs_note = fields.String(allow_none=True)
    answers = fields.Dict(keys=fields.String(), metadata={"description": "By the question's key"})
    ticket = fields.String(allow_none=True, metadata={"description": "The QR code's text; none while there is no seat"})
    token = fields.String(metadata={"description": "Names this registration in other calls"})
    page = fields.String(metadata={"description": "The participant's own page"})
