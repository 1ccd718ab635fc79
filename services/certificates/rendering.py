"""The PDF of a certificate: a view of its signed data, made by Typst, the same bytes each time.

Tagged for screen readers (PDF/UA-1) and made to last (PDF/A-3a); the credential is attached. Nothing here reads the
database or a clock: what is printed is what was signed.
"""

import functools
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import typst
from babel.dates import format_date

from services.certificates import credential, fonts
from services.certificates.schemas import CertificateData
from shared import qr
from shared.i18n import clock_time

DESIGN = Path(__file__).resolve().parent / "design"
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


class _Compiler:
    """Typst's compiler, made once per process (fonts are read once) and used by one thread at a time."""

    def __init__(self) -> None:
        folders = sorted({str(path.parent) for path in fonts.files()})
        self._typst = typst.Compiler(
            input=str(DESIGN / "certificate.typ"),
            root=str(DESIGN),
            font_paths=typst.Fonts(
                include_system_fonts=False,
                include_embedded_fonts=False,
                font_paths=folders,
            ),
        )
        self._lock = threading.Lock()

    def pdf(self, inputs: dict[str, str], at: datetime) -> bytes:
        with self._lock:
            result = self._typst.compile(format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=at)
        assert isinstance(result, bytes)
        return result

    def png(self, inputs: dict[str, str]) -> list[bytes]:
        with self._lock:
            result = self._typst.compile(format="png", ppi=96, sys_inputs=inputs)
        return [result] if isinstance(result, bytes) else list(result or [])


_compiler: _Compiler | None = None
_making = threading.Lock()


def _the_compiler() -> _Compiler:
    global _compiler
    with _making:
        if _compiler is None:
            _compiler = _Compiler()
        return _compiler


@functools.cache
def edition() -> str:
    """Names the design, its fonts and its compiler: the same edition draws the same bytes from the same data."""
    parts = [(DESIGN / "certificate.typ").read_bytes(), metadata.version("typst").encode()]
    parts += [path.read_bytes() for path in fonts.files()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:12]


def pdf(data: Mapping[str, Any], kid: int, signature: bytes, images: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """The PDF of signed ``data``; ``images`` are the SVGs that it names, by hash.

    Raises CannotRender, naming the characters that no font has.

    The document's own timestamp is the date of issue, so that the bytes depend on nothing but the arguments.
    """
    issued_at = datetime.fromisoformat(data["issued_at"])
    inputs = _inputs(data, credential.write(data, kid, signature), images)
    with _explained():
        return _the_compiler().pdf(inputs, issued_at.replace(microsecond=0))


def picture(data: Mapping[str, Any], images: Mapping[str, str], page: int = 1) -> bytes:
    """A page as a PNG, for a preview on screen. Raises CannotRender; LookupError when there is no such page."""
    with _explained():
        pages = _the_compiler().png(_inputs(data, "", images))
    return pages[page - 1]


def _inputs(data: Mapping[str, Any], held: str, images: Mapping[str, str]) -> dict[str, str]:
    context = {name: value if name == "url" else _breakable(value) for name, value in document(data).items()}
    text = json.dumps(context, ensure_ascii=False)
    lacking = " ".join(fonts.missing(text))
    if lacking:
        raise CannotRender(f"no font has a glyph for: {lacking}", lacking)
    return {"context": text, "qr": qr.svg(context["url"]), "credential": held, "images": json.dumps(dict(images))}


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except typst.TypstError as error:
        raise CannotRender(f"{error.message} {' '.join(error.hints)}".strip()) from error


def _breakable(value: Any) -> Any:
    """``value`` with places to break a line in words longer than any real one, so that nothing runs off the page."""
    if isinstance(value, str):
        return " ".join("\u200b".join(word) if len(word) > LONGEST_WORD else word for word in value.split(" "))
    if isinstance(value, list):
        return [_breakable(item) for item in value]
    if isinstance(value, dict):
        return {name: item if name == "image" else _breakable(item) for name, item in value.items()}
    return value


def document(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the template may print, as text, from signed data. Raises marshmallow's ValidationError for other data."""
    loaded = CertificateData().load(data)
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
            {"title": item["title"], "length": duration(item["minutes"], "jam", "menit")} for item in loaded["sessions"]
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
        "length": duration(event["minutes"], "jam", "menit"),
        "length_en": duration(event["minutes"], "hours", "minutes"),
        "venue": event["venue"],
        "organiser": loaded["organiser"],
        "partners": loaded["partners"],
        "signatories": loaded["signatories"],
        "issued": long_date(loaded["issued_at"], zone, "id"),
        "url": loaded["url"],
        "code": credential.grouped(loaded["code"]),
    }


def long_date(at: datetime, timezone: str, locale: str) -> str:
    """Date without weekday, e.g. "25 Desember 2022"."""
    return format_date(at.astimezone(ZoneInfo(timezone)).date(), "long", locale)


def _when(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> str:
    """Weekday and date, computed; two of them when the event runs over several days."""
    zone = ZoneInfo(timezone)
    first, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    text = format_date(first, "full", locale)
    return text if first == last else f"{text} – {format_date(last, 'full', locale)}"


def _clock_hours(starts_at: datetime, ends_at: datetime, timezone: str) -> str:
    start, end = clock_time(starts_at, timezone), clock_time(ends_at, timezone)
    return f"{start.split()[0]}–{end}"


def duration(minutes: int, hours_word: str, minutes_word: str) -> str:
    """Length in words, e.g. "8 jam" or "7 jam 30 menit"."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {hours_word}"] if hours else []
    parts += [f"{rest} {minutes_word}"] if rest or not hours else []
    return " ".join(parts)


def filename(number: str) -> str:
    """Name of the file for a mail program or browser, e.g. "sertifikat-001-JPPI-XII-2022.pdf"."""
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in number)
    return f"sertifikat-{kept.strip('-')}.pdf"
