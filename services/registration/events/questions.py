"""The questions of an event's form: organisers add, change, move and remove them. Answers are kept."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.models import Event, Participant
from shared.actors import Actor

# How a question is answered.
TEXT, CHOICE, CHOICES, NUMBER, DATE = KINDS = ("text", "choice", "choices", "number", "date")
MOST = 20
# Removed questions that somebody answered count too: the answers cannot be read without them.
MOST_KEPT = 60

Question = Mapping[str, Any]
Questions = list[dict[str, Any]]


class TooMany(ValueError):
    """The form already has as many questions as it may have."""


def asked(questions: Sequence[Question]) -> list[Question]:
    """The questions that are asked now: without those that were removed after somebody had answered them."""
    return [question for question in questions if not question.get("removed")]


def name_of(key: str) -> str:
    """The name of a question's field, in forms and in errors."""
    return f"answers.{key}"


def find(event: Event, key: str) -> dict[str, Any] | None:
    """The question of an event with this key, or None."""
    return next((question for question in event.questions if question["key"] == key), None)


def add(session: Session, actor: Actor, event: Event, given: Mapping[str, Any]) -> str:
    """Add what schemas.questions.QuestionForm loaded, after the others; returns its key. Raises TooMany."""
    questions = _locked(session, event)
    _refuse_too_many(questions)
    key = _free_key(given["label"], {question["key"] for question in questions})
    _store(session, actor, event, [*questions, {"key": key, **given}], "question.added", key)
    return key


def change(session: Session, actor: Actor, event: Event, key: str, given: Mapping[str, Any]) -> None:
    """Change the words or options of a question. Its kind stays, because answers were given to it."""
    questions = _locked(session, event)
    for question in questions:
        if question["key"] == key:
            question.update({**given, "kind": question["kind"]})
    _store(session, actor, event, questions, "question.changed", key)


def move(session: Session, actor: Actor, event: Event, key: str, up: bool) -> None:
    """Move a question one place up or down among those that are asked."""
    questions = _locked(session, event)
    order = [question["key"] for question in asked(questions)]
    if key not in order:
        return
    here = order.index(key)
    there = here + (-1 if up else 1)
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    place = {name: number for number, name in enumerate(order)}
    questions.sort(key=lambda question: place.get(question["key"], len(order)))
    _store(session, actor, event, questions, "question.moved", key)


def remove(session: Session, actor: Actor, event: Event, key: str) -> None:
    """Stop asking a question. If it has answers, the definition is kept, so that they can be read."""
    questions = _locked(session, event)
    if _is_answered(session, event, key):
        for question in questions:
            if question["key"] == key:
                question["removed"] = True
    else:
        questions = [question for question in questions if question["key"] != key]
    _store(session, actor, event, questions, "question.removed", key)


def restore(session: Session, actor: Actor, event: Event, key: str) -> None:
    """Ask a removed question again, after the others. Raises TooMany."""
    questions = _locked(session, event)
    back = [question for question in questions if question["key"] == key and question.get("removed")]
    if not back:
        return
    _refuse_too_many([question for question in questions if question["key"] != key])
    rest = [question for question in questions if question["key"] != key]
    back[0].pop("removed")
    aside = [question for question in rest if question.get("removed")]
    others = [question for question in rest if not question.get("removed")]
    _store(session, actor, event, [*others, *back, *aside], "question.added", key)


def for_copy(event: Event) -> Questions:
    """The questions that a copy of the event asks."""
    return [dict(question) for question in asked(event.questions)]


def _locked(session: Session, event: Event) -> Questions:
    # The list is one value: without the lock, two organisers who change it at once would undo each other.
    session.flush()
    session.refresh(event, ["questions"], with_for_update={"of": Event, "key_share": True})
    return [dict(question) for question in event.questions]


def _refuse_too_many(questions: Questions) -> None:
    if len(asked(questions)) >= MOST or len(questions) >= MOST_KEPT:
        raise TooMany(len(questions))


def _store(session: Session, actor: Actor, event: Event, questions: Questions, action: str, key: str) -> None:
    event.questions = questions
    audit.record(session, actor, action, event.id, event_id=event.id, after={"question": key})


def _is_answered(session: Session, event: Event, key: str) -> bool:
    answered = (Participant.event_id == event.id, Participant.answers.has_key(key))
    return session.scalar(select(Participant.id).where(*answered).limit(1)) is not None


def _free_key(label: str, taken: set[str]) -> str:
    """A key from the question's words, for programs and files, that no question of the event has or had."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].strip("-") or "pertanyaan"
    number, key = 1, base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key
