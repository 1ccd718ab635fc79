"""The same JSON data as ``schema.dump``, several times faster: each schema's fields are inspected only once.

A fact is dumped while somebody waits for a sign-up or at the door. Only fields that the message contracts use are
known here; a schema with another kind raises TypeError when it is first dumped.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from marshmallow import Schema, fields

Dump = Callable[[Any], Any]

_AS_THEY_ARE = (fields.String, fields.Integer, fields.Boolean, fields.Dict)


@cache
def dumper(schema: Schema) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function that dumps a fact as ``schema.dump`` does. Raises TypeError for an unknown kind of field."""
    dumps = {name: _dump(field) for name, field in schema.dump_fields.items()}
    plain = tuple(name for name, dump in dumps.items() if dump is None)
    others = tuple((name, dump) for name, dump in dumps.items() if dump is not None)

    def dump(fact: Mapping[str, Any]) -> dict[str, Any]:
        payload = {name: fact[name] for name in plain if name in fact}
        for name, convert in others:
            if name in fact:
                value = fact[name]
                payload[name] = None if value is None else convert(value)
        return payload

    return dump


def _dump(field: fields.Field[Any]) -> Dump | None:
    """How to dump a value that is not None; None for values that JSON knows."""
    # UUID and DateTime come before String and Integer, of which the former is one.
    if isinstance(field, fields.UUID):
        return str
    if isinstance(field, fields.DateTime):
        return _instant
    if isinstance(field, fields.Nested):
        return dumper(field.schema)
    if isinstance(field, fields.List):
        inner = _dump(field.inner)
        return list if inner is None else lambda values: [None if each is None else inner(each) for each in values]
    if isinstance(field, _AS_THEY_ARE):
        return None
    raise TypeError(f"no way to dump a {type(field).__name__} here")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
