"""Finds our credential inside an uploaded PDF, without trusting the file.

The streams of the file are searched one by one, each unpacked to a limited size. Nothing else of the PDF is
interpreted, so it cannot mislead or exhaust a parser. A PDF that another program saved again keeps its attachments
and is found as well.
"""

import re
import zlib
from collections.abc import Iterator

from services.certificates.signing import credential

LARGEST_CREDENTIAL = 100_000
MOST_STREAMS = 500
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_MARK = b'"certificate"'


def credential_in(content: bytes) -> str | None:
    """The text of the credential in a PDF, or None if there is none."""
    for data in _streams(content):
        text = _unpacked(data)
        if _MARK not in text:
            continue
        try:
            decoded = text.decode()
            credential.read(decoded)
        except (UnicodeDecodeError, credential.NotACredential):
            continue
        return decoded
    return None


def _streams(content: bytes) -> Iterator[bytes]:
    for number, match in enumerate(_STREAM.finditer(content)):
        if number >= MOST_STREAMS:
            return
        end = content.find(b"endstream", match.end())
        yield content[match.end() : end if end >= 0 else len(content)]


def _unpacked(data: bytes) -> bytes:
    """At most LARGEST_CREDENTIAL bytes of a stream, which may be compressed with Flate."""
    try:
        return zlib.decompressobj().decompress(data, LARGEST_CREDENTIAL)
    except zlib.error:
        return data[:LARGEST_CREDENTIAL].rstrip(b"\r\n")
