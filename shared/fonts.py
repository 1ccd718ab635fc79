"""Fonts for documents. They come from packages, never from the system, so documents are the same on every machine."""

from collections.abc import Iterable
from pathlib import Path

import fontpkg

_NPM = Path(__file__).resolve().parent.parent / "node_modules" / "@expo-google-fonts"
# Scripts that only npm packages cover: the family's name, and the one file of it that we use.
_FROM_NPM = {
    "Noto Sans Javanese": _NPM / "noto-sans-javanese" / "400Regular" / "NotoSansJavanese_400Regular.ttf",
    "Noto Sans SC": _NPM / "noto-sans-sc" / "400Regular" / "NotoSansSC_400Regular.ttf",
}


def names(families: Iterable[str]) -> list[str]:
    """Typst's names of the ``families`` (given by package name), followed by the families for further scripts."""
    installed = [name for name, path in _FROM_NPM.items() if path.exists()]
    return [fontpkg.family(slug).name for slug in families] + installed


def files(families: Iterable[str]) -> list[Path]:
    """The font files of ``families``, and of the families for further scripts."""
    installed = [path for path in _FROM_NPM.values() if path.exists()]
    return [file.path for slug in families for file in fontpkg.family(slug).files] + installed
