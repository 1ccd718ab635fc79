"""The fonts of the certificate, and whether they have a glyph for every character of a text.

Fonts come from packages and never from the system, so that the same data give the same document everywhere.
"""

import functools
import unicodedata
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from shared import fonts

# A character is drawn in the first family that has it: one display face, then families with more and more scripts.
# Nothing is issued for a name with a character that none of them has.
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
        # Italics have no more characters than the upright fonts, and set only our own words and titles.
        if "Italic" not in path.name:
            with TTFont(path, lazy=True) as font:
                points |= set(font.getBestCmap())
    return frozenset(points)


def missing(text: str) -> list[str]:
    """The characters of ``text`` that no font has, each once, in order of appearance."""
    covered = _covered()
    lacking = (
        character
        for character in text
        if ord(character) not in covered and unicodedata.category(character) not in ("Cf", "Zs", "Cc")
    )
    return list(dict.fromkeys(lacking))
