"""Opening a certificate as a reader, a screen reader and a stranger with a phone do."""

import io
from dataclasses import dataclass
from typing import cast

import pypdf
import pypdfium2
import zxingcpp


@dataclass
class Document:
    """What can be told from a PDF alone."""

    text: str
    is_tagged: bool
    language: str
    title: str
    qr_texts: list[str]
    attachments: dict[str, bytes]


def open_document(content: bytes) -> Document:
    """Read a PDF: its text, its tags, what its QR codes say (from its picture), and what is attached."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    root = cast(pypdf.generic.DictionaryObject, reader.trailer["/Root"])
    marked = cast(dict[str, object], root.get("/MarkInfo", {}))
    return Document(
        text=" ".join(" ".join(page.extract_text() for page in reader.pages).split()),
        is_tagged=bool(marked.get("/Marked")) and "/StructTreeRoot" in root,
        language=str(root.get("/Lang") or ""),
        title=reader.metadata.title or "" if reader.metadata else "",
        qr_texts=_codes(content),
        attachments={name: contents[0] for name, contents in reader.attachments.items()},
    )


def _codes(content: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(content)
    try:
        picture = pdf[0].render(scale=2.5).to_pil()
    finally:
        pdf.close()
    return [code.text for code in zxingcpp.read_barcodes(picture)]
