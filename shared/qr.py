"""QR codes as one SVG path or a 1-bit PNG.

Searching for the best mask is nearly the whole cost of a code, and a fixed mask scans just as well, so the mask is
fixed. For texts of a known length the version is fixed too (measured: 1.1 ms instead of 7.8 ms).
"""

import io
import struct
import zlib

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData

QUIET_ZONE = 4
_MASK = 2
# 139 characters of alphanumeric text with error correction M: 41 x 41 modules.
TICKET_VERSION = 6

Modules = list[list[bool]]


def modules(text: str, version: int | None = None) -> Modules:
    """The dark modules of ``text`` with the quiet zone around them; ``version`` None means the smallest that fits."""
    code = qrcode.QRCode(version=version, error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, mask_pattern=_MASK)
    code.add_data(QRData(text.encode()), optimize=0)
    code.make(fit=version is None)
    return code.get_matrix()


def svg(text: str, version: int | None = None) -> str:
    """A complete SVG image, dark on white also in dark mode; it needs an ``alt`` where it is shown."""
    rows = modules(text, version)
    size = len(rows)
    path = "".join(_runs(row, y) for y, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def _runs(row: list[bool], y: int) -> str:
    path, x = [], 0
    while x < len(row):
        start = x
        while x < len(row) and row[x]:
            x += 1
        if x > start:
            path.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
        else:
            x += 1
    return "".join(path)


def png(text: str, version: int | None = None, scale: int = 8) -> bytes:
    """A 1-bit greyscale PNG with ``scale`` pixels per module, for mail programs that do not show SVG."""
    rows = modules(text, version)
    size = len(rows) * scale
    packed = b"".join(_packed(row, scale, size) * scale for row in rows)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    out = io.BytesIO()
    out.write(b"\x89PNG\r\n\x1a\n")
    # Width, height, bit depth 1, greyscale, deflate, no filter method, not interlaced.
    out.write(chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)))
    out.write(chunk(b"IDAT", zlib.compress(packed, 6)))
    out.write(chunk(b"IEND", b""))
    return out.getvalue()


def _packed(row: list[bool], scale: int, size: int) -> bytes:
    bits = "".join(("0" if dark else "1") * scale for dark in row)
    bits += "1" * (-size % 8)
    return b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
