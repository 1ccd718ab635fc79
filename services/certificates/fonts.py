"""Which fonts the certificate may use, and whether they have a glyph for every character of a text.

Fonts come from packages; nothing is taken from the system, so that the same data make the same document everywhere.
"""

import functools
import unicodedata
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from shared import fonts

# In the order in which a character is looked for: one display face, then wider and wider nets. A name in a script that
# none of them has is refused before anything is issued.
_FAMILIES = ("eb-garamond", "noto-serif", "noto-sans", "noto-sans-arabic")


def names() -> list[str]:
    """The families' names, as Typst knows them."""
    return fonts.names(_FAMILIES)


def files() -> list[Path]:
    """The font files themselves."""
    return fonts.files(_FAMILIES)


@functools.cache
def _covered() -> frozenset[int]:
    points: set[int] = set()
    for path in files():
        # Italics have the same repertoire or a smaller one, and are used for our own words and titles only.
        if "Italic" not in path.name:
            with TTFont(path, lazy=True) as font:
                points |= set(font.getBestCmap())
    return frozenset(points)


def missing(text: str) -> list[str]:
    """The characters of ``text`` that no font can draw, each once, in order of appearance."""
    covered = _covered()
    lacking = (
        character
        for character in text
        if ord(character) not in covered and unicodedata.category(character) not in ("Cf", "Zs", "Cc")
    )
    return list(dict.fromkeys(lacking))
