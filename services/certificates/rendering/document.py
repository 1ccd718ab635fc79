"""The PDF of a certificate: a view of its signed data, drawn by Typst, the same bytes each time.

It is tagged for screen readers (PDF/UA-1) and suited to archives (PDF/A-3a); the credential is attached. Nothing here
reads the database or a clock: what is printed is what was signed.
"""

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from services.certificates.rendering import fonts
from services.certificates.schemas.certificate import CertificateSchema
from services.certificates.signing import credential
from shared import qr
from shared.i18n import clock_time
from shared.typesetting import Typesetter, TypstError

DESIGN = Path(__file__).resolve().parent.parent / "design"
LONGEST_WORD = 30
STANDARDS: Any = ["ua-1", "a-3a"]
ROLE_NAMES = {
    "peserta": ("PESERTA", "PARTICIPANT"),
    "narasumber": ("NARASUMBER", "SPEAKER"),
    "moderator": ("MODERATOR", "MODERATOR"),
    "panitia": ("PANITIA", "COMMITTEE MEMBER"),
}


class CannotRender(ValueError):
    """A certificate that cannot be drawn; the text says why. ``characters`` are those that no font has."""

    def __init__(self, problem: str, characters: str = ""):
        super().__init__(problem)
        self.characters = characters


_typesetter = Typesetter(DESIGN / "certificate.typ", fonts.files())


@functools.cache
def edition() -> str:
    """The version of design, fonts and compiler. The same edition draws the same bytes from the same data."""
    parts = [(DESIGN / "certificate.typ").read_bytes(), metadata.version("typst").encode()]
    parts += [path.read_bytes() for path in fonts.files()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:12]


def pdf(data: Mapping[str, Any], kid: int, signature: bytes, images: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """The PDF of signed ``data``; ``images`` are the SVGs that it names, by hash.

    The document's own timestamp is the date of issue, so that the bytes depend on the arguments alone. Raises
    CannotRender, which names the characters that no font has.
    """
    issued_at = datetime.fromisoformat(data["issued_at"])
    inputs = _inputs(data, credential.write(data, kid, signature), images)
    with _explained():
        return _typesetter.pdf(inputs, issued_at, STANDARDS)


def picture(data: Mapping[str, Any], images: Mapping[str, str], page: int = 1) -> bytes:
    """A page as a PNG, for a preview on screen. Raises CannotRender, or LookupError if there is no such page."""
    with _explained():
        pages = _typesetter.png(_inputs(data, "", images))
    return pages[page - 1]


def _inputs(data: Mapping[str, Any], attached: str, images: Mapping[str, str]) -> dict[str, str]:
    context = {name: value if name == "url" else _breakable(value) for name, value in printed(data).items()}
    text = json.dumps(context, ensure_ascii=False)
    missing = " ".join(fonts.missing(text))
    if missing:
        raise CannotRender(f"no font has a glyph for: {missing}", missing)
    return {"context": text, "qr": qr.svg(context["url"]), "credential": attached, "images": json.dumps(dict(images))}


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except TypstError as error:
        raise CannotRender(f"{error.message} {' '.join(error.hints)}".strip()) from error


def _breakable(value: Any) -> Any:
    """``value`` with places to break the line inside very long words, so that nothing runs off the page."""
    if isinstance(value, str):
        return " ".join("\u200b".join(word) if len(word) > LONGEST_WORD else word for word in value.split(" "))
    if isinstance(value, list):
        return [_breakable(item) for item in value]
    if isinstance(value, dict):
        return {name: item if name == "image" else _breakable(item) for name, item in value.items()}
    return value


def printed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The printed fields as text, from signed data. Raises marshmallow's ValidationError for other data."""
    loaded = CertificateSchema().load(data)
    event = loaded["event"]
    zone = event["timezone"]
    role, role_en = ROLE_NAMES[loaded["role"]]
    return {
        "fonts": fonts.names(),
        "bilingual": loaded["bilingual"],
        "statement": loaded["statement"] or "",
        "statement_en": loaded["statement_en"] or "",
        "logos": loaded["logos"],
        "sessions": [
            {"title": item["title"], "length": _duration(item["minutes"], "jam", "menit")}
            for item in loaded["sessions"]
        ],
        "topics": loaded["topics"],
        "number": loaded["number"],
        "name": loaded["name"],
        "role": role,
        "role_en": role_en,
        "title": event["title"],
        "title_en": event["title_en"] or "",
        "when": _when(event["starts_at"], event["ends_at"], zone, "id"),
        "when_en": _when(event["starts_at"], event["ends_at"], zone, "en_GB"),
        "hours": _clock_hours(event["starts_at"], event["ends_at"], zone),
        "length": _duration(event["minutes"], "jam", "menit"),
        "length_en": _duration(event["minutes"], "hours", "minutes"),
        "venue": event["venue"],
        "organiser": loaded["organiser"],
        "partners": loaded["partners"],
        "signatories": loaded["signatories"],
        "issued": _date(loaded["issued_at"], zone, "id"),
        "url": loaded["url"],
        "code": credential.grouped(loaded["code"]),
    }


def _date(at: datetime, timezone: str, locale: str) -> str:
    """Date without weekday, e.g. "25 Desember 2022"."""
    return format_date(at.astimezone(ZoneInfo(timezone)).date(), "long", locale)


def _when(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> str:
    """Weekday and date; the first and the last day of an event of several days."""
    zone = ZoneInfo(timezone)
    first, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    text = format_date(first, "full", locale)
    return text if first == last else f"{text} – {format_date(last, 'full', locale)}"


def _clock_hours(starts_at: datetime, ends_at: datetime, timezone: str) -> str:
    start, end = clock_time(starts_at, timezone), clock_time(ends_at, timezone)
    return f"{start.split()[0]}–{end}"


def _duration(minutes: int, hours_word: str, minutes_word: str) -> str:
    """The length in words, e.g. "8 jam" or "7 jam 30 menit"."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {hours_word}"] if hours else []
    parts += [f"{rest} {minutes_word}"] if rest or not hours else []
    return " ".join(parts)


def filename(number: str) -> str:
    """The name of the file for mail programs and browsers, e.g. "sertifikat-001-JPPI-XII-2022.pdf"."""
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in number)
    return f"sertifikat-{kept.strip('-')}.pdf"
