"""Numbers of certificates: ``{seq:03}/JPPI/{roman_month}/{year}`` and the gap-free series behind them.

The text around the running number identifies the series: "{seq}/JPPI/XII/2022" is one series of its organiser,
"{seq}/JPPI/I/2023" the next. So two events of one organiser in a month share a series, but never a number. If the
pattern names a month or year, counting starts again with each.
"""

import re
from datetime import date
from string import Formatter

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.certificates.models import Series

DEFAULT_PATTERN = "{seq:04}/{year}"
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_WIDTH = re.compile(r"(0\d)?")


class BadPattern(ValueError):
    """An invalid number pattern; the text says why."""


def check(pattern: str) -> str:
    """``pattern``, if it is valid. Raises BadPattern."""
    names = []
    for text, name, width, conversion in _parts(pattern):
        if "{" in text or "}" in text or conversion or name not in (None, "seq", "month", "roman_month", "year"):
            raise BadPattern(f"unknown placeholder in {pattern!r}")
        if not _WIDTH.fullmatch(width or "") or (width and name != "seq"):
            raise BadPattern(f"bad width in {pattern!r}")
        names.append(name)
    if names.count("seq") != 1:
        raise BadPattern(f"{pattern!r} needs {{seq}} exactly once")
    # "1{seq}" and "{seq}" would both give 11.
    if re.search(r"\d{seq}|{seq}\d", _fill(pattern, date(2000, 1, 1))):
        raise BadPattern(f"a digit stands next to the running number in {pattern!r}")
    return pattern


def _parts(pattern: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(pattern))
    except ValueError as error:
        raise BadPattern(f"{pattern!r}: {error}") from error


def frame(pattern: str, day: date) -> str:
    """The pattern for certificates of ``day`` (in the event's time zone), with everything but ``{seq}`` filled in."""
    return _fill(check(pattern), day)


def _fill(pattern: str, day: date) -> str:
    values = {"month": f"{day.month:02}", "roman_month": _ROMAN[day.month - 1], "year": str(day.year), "seq": "{seq}"}
    return "".join(text + (values[name] if name else "") for text, name, _width, _conversion in _parts(pattern))


def number(pattern: str, day: date, seq: int) -> str:
    """The printed number, e.g. "007/JPPI/XII/2022"."""
    width = next(width or "" for _text, name, width, _conversion in _parts(check(pattern)) if name == "seq")
    return frame(pattern, day).replace("{seq}", format(seq, width))


def with_version(base_number: str, version: int) -> str:
    """The number of a version: that of the first version, with a suffix from version 2 on."""
    return base_number if version == 1 else f"{base_number}-{version}"


def lock_series(session: Session, organiser_id: int, pattern: str, day: date) -> Series:
    """The series' row, locked until the transaction ends, so that numbers have no gaps and no duplicates."""
    key = {"organiser_id": organiser_id, "frame": frame(pattern, day)}
    session.execute(insert(Series).values(**key, last=0).on_conflict_do_nothing())
    return session.scalars(select(Series).filter_by(**key).with_for_update()).one()
