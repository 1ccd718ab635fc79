"""The files of the scanner page, as one set: own modules, and libraries as npm installed them.

All are served below the service worker's scope, the decoder's Worker too: a Worker outside it would not start
without network. Only the files named here are served.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

_OWN = Path(__file__).resolve().parents[1] / "static" / "scanner"
_LIBRARIES = Path(__file__).resolve().parents[3] / "node_modules"

# Public name -> file of an npm package. zxing's reader imports "../share.js".
_FROM_NPM = {
    "lib/zxing/reader/index.js": "zxing-wasm/dist/es/reader/index.js",
    "lib/zxing/share.js": "zxing-wasm/dist/es/share.js",
    "lib/zxing/reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
    "lib/idb.js": "idb/build/index.js",
    "lib/ed25519.js": "@noble/ed25519/index.js",
}
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
}


class Served(NamedTuple):
    """A file's type, its bytes, the same compressed, and its hash."""

    mimetype: str
    body: bytes
    packed: bytes
    etag: str


def file_names() -> list[str]:
    """Every public name below /checkin/scan/."""
    return sorted([*(path.name for path in _OWN.iterdir() if path.suffix in _TYPES), *_FROM_NPM])


@cache
def served(name: str) -> Served | None:
    """The file with that public name; None when it is not one of the set, or npm has not installed it."""
    if name not in file_names():
        return None
    path = _LIBRARIES / _FROM_NPM[name] if name in _FROM_NPM else _OWN / name
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return None
    return Served(_TYPES[path.suffix], body, gzip.compress(body, 9), hashlib.sha256(body).hexdigest()[:32])


@cache
def set_version() -> str:
    """A hash of the whole set: a new one makes devices fetch all of it again."""
    parts = [f"{name}:{file.etag if (file := served(name)) else '-'}" for name in file_names()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
