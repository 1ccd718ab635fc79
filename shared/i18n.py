"""Languages outside of web requests: which there are, and dates, times and texts in the current one.

Indonesian is the source language of every message; the English catalogue is complete. shared/web/i18n.py chooses
the language of a web request; mails and documents choose theirs with ``force_locale``.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale, format_date, get_locale

LOCALES = ("id", "en")
DEFAULT_LOCALE = "id"


def current_locale() -> str:
    """The language of the current request, mail or document: "id" or "en"."""
    return str(get_locale() or DEFAULT_LOCALE)


def long_date(instant: datetime, timezone: str) -> str:
    """Weekday and date in the current language, e.g. "Minggu, 25 Desember 2022", in the event's zone (IANA name)."""
    return format_date(instant.astimezone(ZoneInfo(timezone)), format="full", rebase=False)


def clock_time(instant: datetime, timezone: str) -> str:
    """Time of day with the zone's abbreviation, e.g. "08.00 WIB", in the event's zone (IANA name)."""
    local = instant.astimezone(ZoneInfo(timezone))
    return f"{local:%H.%M} {local:%Z}"


def in_language(row: Any, field: str, locale: str) -> str:
    """``row.<field>`` in ``locale``, or in Indonesian when there is no translation."""
    return (getattr(row, f"{field}_en") if locale == "en" else None) or getattr(row, field)


def language_of(row: Any, field: str, locale: str) -> str:
    """The language in which ``in_language`` answers, for the ``lang`` attribute."""
    return "en" if locale == "en" and getattr(row, f"{field}_en") else DEFAULT_LOCALE


__all__ = ["LOCALES", "clock_time", "current_locale", "force_locale", "in_language", "language_of", "long_date"]
