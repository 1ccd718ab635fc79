"""HTML forms: loading a posted form with a schema, and the code that all form views share.

A view that takes a form reads like this; the GET view also answers with ``edit_page``:

    @blueprint.post("/")
    @who(ORGANISER)
    @redisplay(edit_page)
    def save(event_id: int) -> Response:
        with db.transaction() as session:
            events.change(session, console_event(session, event_id), load(EventForm(), request.form))
        return saved(_("Perubahan disimpan."), "events.edit", event_id=event_id)
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from flask import flash, redirect, url_for
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from shared.fields import flatten

# What a form carries besides the schema's fields.
_OWN = frozenset({"csrf_token"})


class FormErrors(Exception):
    """A form with errors: messages by field name, and what was typed, so that it can be shown again."""

    def __init__(self, errors: dict[str, list[str]], typed: dict[str, Any]):
        super().__init__(str(errors))
        self.errors = errors
        self.typed = typed


View = Callable[..., Any]


def redisplay(page: Callable[..., str]) -> Callable[[View], View]:
    """Decorator: when the view raises FormErrors, show the form again with the errors, and answer 422.

    ``page`` takes the view's arguments and ``refused``, the FormErrors (None for a GET). By then the view's
    transaction is rolled back; ``page`` opens its own.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def call(**arguments: Any) -> Any:
            try:
                return view(**arguments)
            except FormErrors as error:
                return page(**arguments, refused=error), 422

        return call

    return decorate


def saved(message: str, endpoint: str, **values: Any) -> Response:
    """The answer to a successful form: redirect to ``endpoint`` (303) and show ``message`` there."""
    flash(message, "success")
    return redirect(url_for(endpoint, **values), 303)


def load(schema: Schema, form: MultiDict[str, str], ignore: Iterable[str] = ()) -> dict[str, Any]:
    """Load a posted form with ``schema``. Raises FormErrors.

    Empty inputs count as absent; an unticked checkbox as False; lists are read from repeated names; the fields of a
    nested schema from names with a dot.
    """
    typed = typed_values(schema, form, ignore)
    try:
        loaded = schema.load(_nested(schema, typed))
    except ValidationError as error:
        raise FormErrors(flatten(error.messages), typed) from error
    assert isinstance(loaded, dict)
    return loaded


def typed_values(schema: Schema, form: MultiDict[str, str], ignore: Iterable[str] = ()) -> dict[str, Any]:
    """The form as plain data, before validation, so that it can be shown again."""
    typed: dict[str, Any] = {}
    for name in {*form.keys()} - _OWN - {*ignore}:
        many = isinstance(_field(schema, name), fields.List)
        typed[name] = form.getlist(name) if many else form[name]
    for name, field in schema.fields.items():
        if isinstance(field, fields.Boolean) and name not in typed and name not in ignore:
            typed[name] = False
    return typed


def _field(schema: Schema, name: str) -> Any:
    """The field of a form's name, which may be one of a nested schema."""
    outer, _dot, inner = name.partition(".")
    field = schema.fields.get(outer)
    return field.schema.fields.get(inner) if inner and isinstance(field, fields.Nested) else schema.fields.get(name)


def _nested(schema: Schema, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, with a dictionary for each nested schema, even an empty one."""
    inside: dict[str, Any] = {name: {} for name, field in schema.fields.items() if isinstance(field, fields.Nested)}
    plain: dict[str, Any] = {}
    for name, value in typed.items():
        outer, _dot, inner = name.partition(".")
        target, key = (inside[outer], inner) if inner and outer in inside else (plain, name)
        if value != "":
            target[key] = value
    return plain | inside
