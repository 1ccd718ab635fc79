"""Answers to an event's own questions: one schema made of the definitions, for form, JSON and row alike."""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.cancelling import lock_participant
from services.registration.models import Event
from services.registration.schemas import CHOOSE
from shared.fields import REQUIRED, Text

TEXT, CHOICE, CHOICES, NUMBER, DATE = KINDS = ("text", "choice", "choices", "number", "date")
LONGEST_TEXT = 1_000
# Up to so many options are shown at once; more go into a list. (A radio button cannot be cleared: only a question that
# must be answered has them.)
MOST_RADIOS = 6
_NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?")
_BAD_NUMBER = _l("Isi dengan angka.")
_BAD_DATE = _l("Isi tanggal, misalnya 2022-12-25.")

Question = Mapping[str, Any]


class Number(fields.Field[float]):
    """A number, written with a point or a comma; whole ones stay whole."""

    default_error_messages = {"required": REQUIRED, "null": REQUIRED, "invalid": _BAD_NUMBER}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        written = str(value).strip() if isinstance(value, str | int | float) else ""
        if not _NUMBER.fullmatch(written):
            raise self.make_error("invalid")
        number = float(written.replace(",", "."))
        return int(number) if number.is_integer() else number


class Day(fields.Field[str]):
    """A calendar day, kept as JSON has it: 2022-12-25."""

    default_error_messages = {"required": REQUIRED, "null": REQUIRED, "invalid": _BAD_DATE}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except (ValueError, AttributeError, TypeError) as error:
            raise self.make_error("invalid") from error


class _Answers(Schema):
    """What was not answered is not kept."""

    @post_load
    def only_answers(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {key: value for key, value in data.items() if value not in (None, "", [])}


def asked(questions: Sequence[Question]) -> list[Question]:
    """The questions that are asked now: not those that were removed after somebody had answered."""
    return [question for question in questions if not question.get("removed")]


def schema_of(
    questions: Sequence[Question], *, required: bool = True, unknown: Literal["raise", "exclude"] = RAISE
) -> Schema:
    """The schema of the answers to ``questions``; with ``required=False`` none need be answered.

    It loads {key: answer} to plain JSON data.
    """
    made = {question["key"]: _field(question, required and question["required"]) for question in asked(questions)}
    return _Answers.from_dict(made)(unknown=unknown)


def beside(
    form: type[Schema],
    questions: Sequence[Question],
    *,
    required: bool = True,
    unknown: Literal["raise", "exclude"] = RAISE,
) -> Schema:
    """``form`` (a schema with a field ``answers``) that also checks the answers, as schema_of does."""
    return _beside(form, json.dumps(asked(questions), sort_keys=True), required, unknown)


@functools.lru_cache(maxsize=128)
def _beside(form: type[Schema], questions: str, required: bool, unknown: Literal["raise", "exclude"]) -> Schema:
    # Making a schema takes milliseconds, which each sign-up would pay; the questions themselves are the key.
    answers = schema_of(json.loads(questions), required=required, unknown=unknown)
    return form.from_dict({"answers": fields.Nested(answers, load_default=dict)})()


def check(questions: Sequence[Question], given: Any) -> dict[str, Any]:
    """The answers that a program sent, by key. Raises ValidationError, its messages under ``answers``."""
    try:
        return dict(schema_of(questions).load(given))
    except ValidationError as error:
        raise ValidationError({"answers": error.normalized_messages()}) from error


def _field(question: Question, required: bool) -> fields.Field[Any]:
    common: dict[str, Any] = {"required": required, "allow_none": not required}
    messages = {"required": REQUIRED, "null": REQUIRED, "invalid": CHOOSE}
    kind = question["kind"]
    if kind == NUMBER:
        return Number(**common, validate=_range(question))
    if kind == DATE:
        return Day(**common)
    if kind == TEXT:
        return Text(**common, longest=LONGEST_TEXT, multiline=True, allow_empty=not required)
    values = [option["value"] for option in question["options"]]
    if kind == CHOICE:
        return fields.String(**common, validate=validate.OneOf(values, error=CHOOSE), error_messages=messages)
    checks: list[Any] = [validate.ContainsOnly(values, error=CHOOSE), validate.Length(max=len(values), error=CHOOSE)]
    if required:
        checks.append(validate.Length(min=1, error=REQUIRED))
    return fields.List(fields.String(), **common, validate=checks, error_messages=messages)


def _range(question: Question) -> list[Any]:
    least, most = question.get("smallest"), question.get("largest")
    if least is not None and most is not None:
        return [validate.Range(least, most, error=_l("Isi angka dari {min} sampai {max}."))]
    if least is not None:
        return [validate.Range(min=least, error=_l("Paling sedikit {min}."))]
    return [validate.Range(max=most, error=_l("Paling banyak {max}."))] if most is not None else []


def change(session: Session, event: Event, participant_id: object, given: Mapping[str, Any]) -> None:
    """Store what schema_of loaded in place of the answers to what is asked now. The log keeps no answers."""
    person = lock_participant(session, participant_id)
    now_asked = {question["key"] for question in asked(event.questions)}
    kept = {key: value for key, value in person.answers.items() if key not in now_asked}
    if kept | dict(given) != person.answers:
        person.answers = kept | dict(given)
        audit.record(session, "participant.answers-changed", person.id, event.id)


# How answers are shown, typed and written.


class Control(NamedTuple):
    """A question as a form shows it."""

    name: str
    kind: str
    label: Any
    help: Any
    required: bool
    options: list[tuple[str, Any]]
    smallest: float | None
    largest: float | None

    @property
    def as_radios(self) -> bool:
        """Whether its options are shown at once."""
        return self.kind == CHOICE and self.required and len(self.options) <= MOST_RADIOS


def controls(questions: Sequence[Question], locale: str, required: bool = True) -> list[Control]:
    """The questions that are asked now, for a form in ``locale``."""
    return [
        Control(
            name_of(question["key"]),
            question["kind"],
            _in(question, "label", locale),
            _in(question, "help", locale),
            required and question["required"],
            [(option["value"], _in(option, "label", locale)) for option in question["options"]],
            question.get("smallest"),
            question.get("largest"),
        )
        for question in asked(questions)
    ]


def name_of(key: str) -> str:
    """What the field of a question is called, in forms and in errors."""
    return f"answers.{key}"


def _in(thing: Question, field: str, locale: str) -> Any:
    """A text in the reader's language; one that is in another says so, for who has it read aloud."""
    translated = thing.get(f"{field}_en") if locale == "en" else None
    if translated or locale == "id" or not thing.get(field):
        return translated or thing.get(field)
    return Markup('<span lang="id">{}</span>').format(thing[field])


def typed(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers as a form shows them."""
    return {name_of(key): value if isinstance(value, list) else str(value) for key, value in answers.items()}


def label_of(question: Question, locale: str) -> str:
    """What a question is called outside of forms: plain text."""
    return str((question.get("label_en") if locale == "en" else None) or question["label"])


def text_of(question: Question, value: Any, locale: str) -> str:
    """An answer in words. An option that is offered no more keeps the words it had."""
    if value is None:
        return ""
    words = {option["value"]: label_of(option, locale) for option in question["options"]}
    if isinstance(value, list):
        return "; ".join(words.get(one, str(one)) for one in value)
    return words.get(value, str(value))


def described(questions: Sequence[Question], answers: Mapping[str, Any], locale: str) -> list[tuple[str, str]]:
    """Each question that was answered, removed ones too, with its answer in words."""
    return [
        (label_of(question, locale), text_of(question, answers[question["key"]], locale))
        for question in questions
        if question["key"] in answers
    ]


def from_row(questions: Sequence[Question], cells: Mapping[str, str]) -> dict[str, Any]:
    """The adapter from a row of text: columns are called by a question's words or key; ``;`` parts choices."""
    given: dict[str, Any] = {}
    for question in asked(questions):
        text = next((cells[name] for name in columns_of(question) if cells.get(name)), "")
        if text:
            given[question["key"]] = _cell(question, text)
    return given


def columns_of(question: Question) -> list[str]:
    """What a question's column may be called, in lower case."""
    return [str(question[name]).lower() for name in ("label", "label_en", "key") if question.get(name)]


def _cell(question: Question, text: str) -> Any:
    values = {
        str(option[name]).lower(): option["value"]
        for option in question["options"]
        for name in ("label_en", "label", "value")
        if option.get(name)
    }
    if question["kind"] == CHOICES:
        return [values.get(part.strip().lower(), part.strip()) for part in text.split(";") if part.strip()]
    return values.get(text.lower(), text)
