"""The English catalogues: one per service, and one for shared code.

The sentences in code and templates are Indonesian; each catalogue holds their English counterparts.

    python -m shared.translations update     add new sentences to the catalogues, and drop those that are gone
    python -m shared.translations compile    make the binary catalogues that are read at run time
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (ROOT / "shared", *(ROOT / "services" / name for name in ("registration", "checkin", "certificates")))

_KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2), "_n": (1, 2)}
_METHODS = [("**/templates/**", "jinja2"), ("**.py", "python")]
_HEADER = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def catalogue(package: Path) -> Path:
    """The path of a package's English catalogue."""
    return package / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def sentences(package: Path) -> Catalog:
    """Every sentence for people in a package's code and templates."""
    found = Catalog(locale="en")
    for _file, _line, message, _comments, context in extract_from_dir(package, _METHODS, keywords=_KEYWORDS):
        found.add(message, context=context)
    return found


def read(package: Path) -> Catalog:
    """The package's catalogue; empty when there is none yet."""
    path = catalogue(package)
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def untranslated(package: Path) -> list[str]:
    """Sentences of a package without an English translation, or with one marked as fuzzy."""
    known = read(package)
    entries = [(message.id, known.get(message.id, message.context)) for message in sentences(package) if message.id]
    return [str(sentence) for sentence, entry in entries if entry is None or entry.fuzzy or not all(_texts(entry))]


def _texts(entry: Message) -> tuple[str, ...]:
    """The translation, or its singular and plural."""
    return (entry.string or "",) if isinstance(entry.string, str | None) else tuple(entry.string)


def update(package: Path) -> None:
    """Bring the package's catalogue in line with its code and templates, keeping what is translated."""
    known = read(package)
    known.update(sentences(package), no_fuzzy_matching=True)
    known.obsolete.clear()
    path = catalogue(package)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(_HEADER.encode())
        write_po(file, known, width=110, no_location=True, omit_header=True, sort_output=True)


def compile_all() -> Iterator[Path]:
    """Make each binary catalogue that is missing or older than its source; yields those that were made."""
    for package in PACKAGES:
        source = catalogue(package)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        # Replaced atomically: a process that starts now must not read half a file.
        partial = target.with_suffix(".mo.new")
        with partial.open("wb") as file:
            write_mo(file, read(package))
        partial.replace(target)
        yield target


def main(action: str) -> None:
    """Do what the module's docstring says."""
    if action == "update":
        for package in PACKAGES:
            update(package)
            sys.stdout.write(f"{catalogue(package).relative_to(ROOT)}: {len(untranslated(package))} to translate\n")
    for made in compile_all():
        sys.stdout.write(f"made {made.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "compile")
