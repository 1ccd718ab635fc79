"""Which fonts the certificate may use, and whether they have a glyph for every character of a text.

Fonts come from packages; nothing is taken from the system, so that the same data make the same document everywhere.
"""

import functools
import unicodedata
from pathlib import Path

import fontpkg
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

# In the order in which a character is looked for: one display face, then wider and wider nets.
_FAMILIES = ("eb-garamond", "noto-serif", "noto-sans", "noto-sans-arabic")
_NPM = Path(__file__).resolve().parent.parent.parent / "node_modules" / "@expo-google-fonts"
# Scripts that only npm packages bring: the family's name and its one file that we use. Without them a name in such a
# script is refused before anything is issued.
_FROM_NPM = {
    "Noto Sans Javanese": _NPM / "noto-sans-javanese" / "400Regular" / "NotoSansJavanese_400Regular.ttf",
    "Noto Sans SC": _NPM / "noto-sans-sc" / "400Regular" / "NotoSansSC_400Regular.ttf",
}


def names() -> list[str]:
    """The families' names, as Typst knows them."""
    installed = [name for name, path in _FROM_NPM.items() if path.exists()]
    return [fontpkg.family(slug).name for slug in _FAMILIES] + installed


def files() -> list[Path]:
    """The font files themselves."""
    installed = [path for path in _FROM_NPM.values() if path.exists()]
    return [file.path for slug in _FAMILIES for file in fontpkg.family(slug).files] + installed


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
