"""Events and their agenda: what organisers fill in, and what the JSON API answers."""

import re
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates, validates_schema

from services.registration.schemas.fields import CHOOSE, NUMBER_MESSAGES, SEATS_RANGE, WallTime
from shared.fields import REQUIRED, Instant, Text

ZONES = ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura", "Asia/Singapore", "Asia/Dili", "UTC")
PERCENT = validate.Range(min=0, max=100, error=_l("Isi angka dari {min} sampai {max}."))
LONG = 4000
# The placeholders of a number pattern. Without a bound on the width, a pattern could ask for gigabytes of zeros.
_PLACE = re.compile(r"\{(?:(seq)(?::0?[1-9])?|roman_month|month|year)\}")


def one_of(values: tuple[Any, ...]) -> validate.OneOf:
    """A validator for one of ``values``."""
    return validate.OneOf(values, error=CHOOSE)


class EventForm(Schema):
    """An event. Times are wall-clock times in its zone."""

    title = Text(required=True)
    title_en = Text(load_default=None)
    description = Text(load_default="", longest=LONG, multiline=True, allow_empty=True)
    description_en = Text(load_default=None, longest=LONG, multiline=True)
    venue = Text(required=True)
    timezone = fields.String(required=True, validate=one_of(ZONES))
    starts_at = WallTime(required=True)
    ends_at = WallTime(required=True)
    # Monday is 0. Optional: lets organisers check a date that they copy from a poster.
    weekday = fields.Integer(load_default=None, validate=one_of(tuple(range(7))), error_messages={"invalid": CHOOSE})
    signup_closes_at = WallTime(load_default=None)
    offer_hours = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=720, error=_l("Isi angka dari {min} sampai {max}.")),
        error_messages=NUMBER_MESSAGES,
    )
    consent_text = Text(required=True, longest=LONG, multiline=True)
    consent_text_en = Text(load_default=None, longest=LONG, multiline=True)
    topics = Text(load_default="", longest=LONG, multiline=True, allow_empty=True)
    share_percent = fields.Integer(load_default=75, validate=PERCENT, error_messages=NUMBER_MESSAGES)
    certificate_grace_minutes = fields.Integer(
        load_default=15,
        validate=validate.Range(min=0, max=10_080, error=_l("Isi angka dari {min} sampai {max}.")),
        error_messages=NUMBER_MESSAGES,
    )
    certificate_number_pattern = Text(load_default="{seq:03}/{roman_month}/{year}", longest=100)
    signatories = Text(load_default="", longest=1000, multiline=True, allow_empty=True)

    @validates("certificate_number_pattern")
    def pattern_makes_numbers(self, value: str, **_: Any) -> None:
        if "seq" not in _PLACE.findall(value) or set(_PLACE.sub("", value)) & set("{}"):
            raise ValidationError([BAD_PATTERN])

    @validates("topics")
    def topics_are_short(self, value: str, **_: Any) -> None:
        if any(len(line) > 500 for line in value.splitlines()):
            raise ValidationError([_l("Satu topik paling banyak 500 karakter.")])

    @validates_schema
    def ends_after_start(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "starts_at" in data and "ends_at" in data and data["ends_at"] <= data["starts_at"]:
            raise ValidationError([_("Selesai harus sesudah mulai.")], "ends_at")

    @validates_schema
    def weekday_fits_date(self, data: dict[str, Any], **_kwargs: Any) -> None:
        typed, starts_at = data.get("weekday"), data.get("starts_at")
        if typed is not None and starts_at is not None and starts_at.weekday() != typed:
            day = format_date(starts_at, format="full", rebase=False)
            raise ValidationError([_("Hari dan tanggal tidak cocok: tanggal itu adalah %(day)s.", day=day)], "weekday")


BAD_DAY = _l("Isi tanggal, misalnya 2022-12-25.")
BAD_PATTERN = _l("Pola nomor harus memuat {seq}, dan boleh {roman_month}, {month}, dan {year}.")


class NewEventForm(EventForm):
    """A new event, with its number of open seats."""

    open_seats = fields.Integer(required=True, validate=SEATS_RANGE, error_messages=NUMBER_MESSAGES)


class AgendaItemForm(Schema):
    """An agenda item with its own door."""

    session_title = Text(required=True)
    session_title_en = Text(load_default=None)
    opens_at = WallTime(required=True)
    starts_at = WallTime(required=True)
    late_after = WallTime(required=True)
    closes_at = WallTime(required=True)
    ends_at = WallTime(required=True)

    @validates_schema
    def times_are_in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        rules = (
            ("starts_at", "opens_at", "starts_at", _("Sesi mulai paling cepat saat pintu dibuka.")),
            ("late_after", "opens_at", "late_after", _("Batas terlambat harus sesudah pintu dibuka.")),
            ("closes_at", "late_after", "closes_at", _("Pintu ditutup paling cepat pada batas terlambat.")),
            ("ends_at", "closes_at", "ends_at", _("Sesi selesai paling cepat saat pintu ditutup.")),
        )
        for field, earlier, later, message in rules:
            if earlier in data and later in data and data[later] < data[earlier]:
                raise ValidationError([message], field)
        if "starts_at" in data and "ends_at" in data and data["ends_at"] <= data["starts_at"]:
            raise ValidationError([_("Selesai harus sesudah mulai.")], "ends_at")
        if "opens_at" in data and "closes_at" in data and data["closes_at"] <= data["opens_at"]:
            raise ValidationError([_("Pintu harus ditutup sesudah dibuka.")], "closes_at")


class CopyForm(Schema):
    """The day to which an event is copied."""

    day = fields.Date(
        required=True,
        # Narrower than for the form of an event: the agenda moves along, and must stay in reach as well.
        validate=validate.Range(min=date(1991, 1, 1), max=date(2199, 12, 31), error=BAD_DAY),
        error_messages={"invalid": BAD_DAY, "required": REQUIRED, "null": REQUIRED},
    )


class EventsQuery(Schema):
    """A page of the list of events."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**32), metadata={"description": "next"})
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class AgendaItemResponse(Schema):
    """One item of an agenda."""

    id = fields.Integer()
    title = fields.String()
    title_en = fields.String(allow_none=True)
    opens_at = Instant()
    starts_at = Instant()
    late_after = Instant()
    closes_at = Instant()
    ends_at = Instant()


class OptionResponse(Schema):
    """One of a question's options."""

    value = fields.String()
    label = fields.String()
    label_en = fields.String(allow_none=True)


class QuestionResponse(Schema):
    """An additional question of the event."""

    key = fields.String(metadata={"description": "The answer's name in `answers`"})
    kind = fields.String(metadata={"enum": ["text", "choice", "choices", "number", "date"]})
    label = fields.String()
    label_en = fields.String(allow_none=True)
    help = fields.String(allow_none=True)
    help_en = fields.String(allow_none=True)
    required = fields.Boolean()
    options = fields.List(fields.Nested(OptionResponse))
    smallest = fields.Float(allow_none=True)
    largest = fields.Float(allow_none=True)


class EventResponse(Schema):
    """A published event, as anybody may see it."""

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
    sessions = fields.List(fields.Nested(AgendaItemResponse))
    questions = fields.List(fields.Nested(QuestionResponse))


class EventsResponse(Schema):
    """A page of events; ``next`` is the cursor of the following one."""

    events = fields.List(fields.Nested(EventResponse))
    next = fields.String(allow_none=True)
