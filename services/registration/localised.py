"""Texts of an event in the reader's language: Indonesian is always there, English when somebody wrote it."""

from typing import Any


def in_language(thing: Any, field: str, locale: str) -> str:
    """``thing.<field>`` in ``locale``, or in Indonesian when there is no translation."""
    return (getattr(thing, f"{field}_en") if locale == "en" else None) or getattr(thing, field)


def language_of(thing: Any, field: str, locale: str) -> str:
    """The language in which in_language answers, for the ``lang`` attribute."""
    return "en" if locale == "en" and getattr(thing, f"{field}_en") else "id"
