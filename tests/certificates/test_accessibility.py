"""Two independent checkers find no problem in the document, in any script and with every option."""

import hashlib

import outloud
import pdfua
import pytest

from services.certificates.rendering import document
from services.certificates.signing import credential
from tests.certificates.test_rendering import certificate, signing

__all__ = ["signing"]

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="#1f5f4b"/></svg>'
HASH = hashlib.sha256(LOGO.encode()).hexdigest()
EVERYTHING = {
    "bilingual": True,
    "statement": "telah menyelesaikan seluruh rangkaian pelatihan",
    "statement_en": "has completed the whole training",
    "logos": [{"image": HASH, "alt": "Yapari"}],
    "signatories": [
        {"name": f"Penanda Tangan {number}", "title": "Ketua (contoh)", "image": HASH} for number in range(3)
    ],
    "sessions": [{"title": "Urgensi media sosial", "minutes": 240}, {"title": "Diskusi kelompok", "minutes": 240}],
    "topics": ["Wajib belajar 9 dan 12 tahun", "RUU TPKS"],
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"bilingual": True},
        EVERYTHING,
        {"name": "محمد عبد الرحمن"},
        {"name": "ꦱꦶꦠꦶꦫꦲ꧀ꦩꦮꦠꦶ"},
        {"name": "陈美丽"},
        {"name": "Nguyễn Thị Hồng Nhung", "signatories": [], "partners": []},
    ],
    ids=["plain", "bilingual", "everything", "arabic", "javanese", "chinese", "bare"],
)
def test_checkers_pass(signing, tmp_path, changes):
    data = certificate(**changes)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(document.pdf(data, signing.kid, credential.sign(data, signing), {HASH: LOGO}))
    report = outloud.check(str(path))
    assert not report.findings
    assert pdfua.validate(str(path)).findings == ()


def test_control_a_document_without_tags_is_reported(signing, tmp_path):
    """The checkers do report a document that screen readers cannot read."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject

    data = certificate()
    path = tmp_path / "tagged.pdf"
    path.write_bytes(document.pdf(data, signing.kid, credential.sign(data, signing)))
    writer = PdfWriter(clone_from=str(path))
    del writer.root_object[NameObject("/StructTreeRoot")]
    del writer.root_object[NameObject("/MarkInfo")]
    writer.write(str(path))
    assert outloud.check(str(path)).errors
    assert pdfua.validate(str(path)).findings
