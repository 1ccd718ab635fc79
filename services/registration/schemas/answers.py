"""Answers to an event's own questions: one schema from the definitions, for forms, JSON and imported rows."""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from services.registration.events.questions import CHOICE, CHOICES, DATE, NUMBER, TEXT, Question, asked
from services.registration.schemas.fields import CHOOSE
from shared.fields import REQUIRED, Text

LONGEST_TEXT = 1_000
_NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?")
_BAD_NUMBER = _l("Isi dengan angka.")
_BAD_DATE = _l("Isi tanggal, misalnya 2022-12-25.")


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
    """Answers by key. Empty answers are dropped."""

    @post_load
    def only_answers(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {key: value for key, value in data.items() if value not in (None, "", [])}


def schema_of(
    questions: Sequence[Question], *, required: bool = True, unknown: Literal["raise", "exclude"] = RAISE
) -> Schema:
    """The schema of the answers to ``questions``; with ``required=False``, none is required.

    It loads {key: answer} to plain JSON data.
    """
    made = {question["key"]: _field(question, required and question["required"]) for question in asked(questions)}
    return _Answers.from_dict(made)(unknown=unknown)


def with_answers(
    form: type[Schema],
    questions: Sequence[Question],
    *,
    required: bool = True,
    unknown: Literal["raise", "exclude"] = RAISE,
) -> Schema:
    """``form`` (a schema with a field ``answers``), extended to check the answers as ``schema_of`` does."""
    return _cached(form, json.dumps(asked(questions), sort_keys=True), required, unknown)


@functools.lru_cache(maxsize=128)
def _cached(form: type[Schema], questions: str, required: bool, unknown: Literal["raise", "exclude"]) -> Schema:
    # Creating a schema takes milliseconds, too long for each sign-up; the questions themselves are the cache key.
    answers = schema_of(json.loads(questions), required=required, unknown=unknown)
    return form.from_dict({"answers": fields.Nested(answers, load_default=dict)})()


def check(questions: Sequence[Question], given: Any) -> dict[str, Any]:
    """The answers from a JSON request, by key. Raises ValidationError, its messages under ``answers``."""
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


def from_row(questions: Sequence[Question], cells: Mapping[str, str]) -> dict[str, Any]:
    """The answers in a row of an imported table: columns are named by label or key; ``;`` separates choices."""
    given: dict[str, Any] = {}
    for question in asked(questions):
        text = next((cells[name] for name in columns_of(question) if cells.get(name)), "")
        if text:
            given[question["key"]] = _cell(question, text)
    return given


def columns_of(question: Question) -> list[str]:
    """The names that a question's column may have, in lower case."""
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
