"""Questions and answers in the reader's language: as form controls, and in words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from services.registration.events.questions import CHOICE, Question, asked, name_of

# Up to this many options are shown as radio buttons; more become a list. A radio button cannot be cleared, so optional
# questions have none.
MOST_RADIOS = 6


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


def _in(question: Question, field: str, locale: str) -> Any:
    """A text in the reader's language; without a translation, the Indonesian one, marked for screen readers."""
    translated = question.get(f"{field}_en") if locale == "en" else None
    if translated or locale == "id" or not question.get(field):
        return translated or question.get(field)
    return Markup('<span lang="id">{}</span>').format(question[field])


def typed_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers as a form shows them."""
    return {name_of(key): value if isinstance(value, list) else str(value) for key, value in answers.items()}


def label_of(question: Question, locale: str) -> str:
    """The label of a question outside of forms, as plain text."""
    return str((question.get("label_en") if locale == "en" else None) or question["label"])


def text_of(question: Question, value: Any, locale: str) -> str:
    """An answer in words. An option that is no longer offered is shown by its value."""
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
