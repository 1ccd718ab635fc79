"""Pictures that organisers upload: logos and signatures. Checked, limited in size, and stored as SVG by hash.

An SVG may contain drawings only: no script, no reference to other files, no text (its fonts would be missing). A PNG
is wrapped into an SVG, so that the template handles one format only.
"""

import base64
import hashlib
import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.certificates.models import Image

LARGEST_BYTES = 300_000
LARGEST_SIDE = 3000
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_STRUCTURE = ("svg", "g", "defs", "symbol", "use", "title", "desc", "style")
_SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
_PAINT = ("linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern")
_DRAWING = frozenset((*_STRUCTURE, *_SHAPES, *_PAINT))
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression|javascript:", re.IGNORECASE)


class BadImage(ValueError):
    """A picture that is refused; the text says why, in the reader's language."""


def store(session: Session, content: bytes) -> str:
    """Check and store an uploaded picture; returns its hash. Raises BadImage."""
    if len(content) > LARGEST_BYTES:
        raise BadImage(_("Gambar terlalu besar: paling banyak %(limit)s kB.", limit=LARGEST_BYTES // 1000))
    svg = _wrapped_png(content) if content.startswith(_PNG) else _checked_svg(content)
    sha256 = hashlib.sha256(svg.encode()).hexdigest()
    session.execute(insert(Image).values(sha256=sha256, svg=svg).on_conflict_do_nothing())
    return sha256


def of(session: Session, data: Mapping[str, Any]) -> dict[str, str]:
    """The pictures that a certificate's ``data`` names, by hash."""
    named = {item["image"] for item in data.get("logos", [])}
    named |= {who["image"] for who in data["signatories"] if who.get("image")}
    if not named:
        return {}
    return {row.sha256: row.svg for row in session.scalars(select(Image).where(Image.sha256.in_(named)))}


def _wrapped_png(content: bytes) -> str:
    if not _is_whole_png(content):
        raise BadImage(_("Berkas PNG ini rusak."))
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise BadImage(_("Gambar terlalu besar: paling banyak %(limit)s piksel per sisi.", limit=LARGEST_SIDE))
    encoded = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{encoded}"/></svg>'
    )


def _is_whole_png(content: bytes) -> bool:
    """Whether every chunk is complete and undamaged: Typst would leave out a broken picture without an error."""
    kinds, at = [], len(_PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        body = content[at + 4 : at + 8 + length]
        checksum = content[at + 8 + length : at + 12 + length]
        if len(checksum) < 4 or zlib.crc32(body) != struct.unpack(">I", checksum)[0]:
            return False
        kinds.append(body[:4])
        at += 12 + length
    return kinds[:1] == [b"IHDR"] and b"IDAT" in kinds and kinds[-1] == b"IEND"


def _checked_svg(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
        # Entities could expand without limit, and a drawing needs none.
        if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper() or "\x00" in text:
            raise BadImage(_("SVG ini memuat deklarasi dokumen; simpan sebagai SVG polos."))
        root = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError, RecursionError) as error:
        raise BadImage(_("Gunakan gambar PNG atau SVG.")) from error
    if root.tag != f"{_SVG}svg":
        raise BadImage(_("Gunakan gambar PNG atau SVG."))
    for element in root.iter():
        _check_element(element)
    return text


def _check_element(element: ElementTree.Element) -> None:
    name = str(element.tag).removeprefix(_SVG)
    if name in ("text", "tspan", "textPath"):
        raise BadImage(_("SVG ini memuat teks; ubah teksnya menjadi kurva dahulu."))
    # Elements of other namespaces (such as an editor's own data) draw nothing.
    if name not in _DRAWING and not name.startswith("{"):
        raise BadImage(_("SVG ini memuat bagian yang tidak diperbolehkan: %(name)s", name=name[:40]))
    values = [*element.attrib.items(), ("style", element.text or "")]
    for attribute, value in values:
        is_link = attribute.rsplit("}", 1)[-1] == "href" and not value.startswith("#")
        if is_link or attribute.lower().startswith("on") or _OUTSIDE.search(value):
            raise BadImage(_("SVG ini merujuk ke luar berkasnya; simpan sebagai SVG polos."))
