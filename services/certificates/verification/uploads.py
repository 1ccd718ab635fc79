"""Finds our credential inside an uploaded PDF, without trusting the file.

The streams of the file are searched one by one. Nothing else of the PDF is interpreted, so it cannot mislead or
exhaust a parser. A PDF that another program saved again keeps its attachments and is found as well.

Everything is bounded before it is read: of each stream only the beginning is unpacked, and only a few streams that
begin as a credential does are unpacked further.
"""

import re
import zlib
from collections.abc import Iterator

from services.certificates.signing import credential

MOST_STREAMS = 2_000
MOST_CANDIDATES = 3
# A credential begins with a brace, perhaps white space, and its first name.
_BEGINNING = 64
_MARK = re.compile(rb'\s*\{\s*"certificate"')
_STREAM = re.compile(rb"(?<!end)stream\r?\n")


def credential_in(content: bytes) -> str | None:
    """The text of the first stream in a PDF that has the form of a credential, or None if there is none."""
    for data in _candidates(content):
        try:
            text = data.decode()
            credential.read(text)
        except (UnicodeDecodeError, credential.NotACredential):
            continue
        return text
    return None


def _candidates(content: bytes) -> Iterator[bytes]:
    """The first few streams that begin as a credential does, unpacked to no more than the largest credential."""
    found = 0
    for number, match in enumerate(_STREAM.finditer(content)):
        if number >= MOST_STREAMS or found >= MOST_CANDIDATES:
            return
        if _MARK.match(_unpacked(content, match.end(), _BEGINNING)):
            found += 1
            yield _unpacked(content, match.end(), credential.LARGEST)


def _unpacked(content: bytes, start: int, most: int) -> bytes:
    """At most ``most`` bytes of the stream at ``start``, which may be compressed with Flate."""
    # Flate makes nothing much larger; where the stream ends, it says itself.
    data = content[start : start + most + 1_000]
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return data.partition(b"endstream")[0][:most].rstrip(b"\r\n")
