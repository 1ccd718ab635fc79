"""The document: tagged, with its credential, the same bytes each time, in every script, never overflowing."""

import io
import uuid
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp

from services.certificates.rendering import document
from services.certificates.schemas.certificate import CertificateSchema
from services.certificates.signing import credential
from shared import keys


@pytest.fixture
def signing(environment):
    return keys.signing_key("HADIR_CERTIFICATE_PRIVATE_KEY")


def certificate(**changes) -> dict:
    data = {
        "kind": credential.KIND,
        "id": str(uuid.UUID(int=1)),
        "version": 1,
        "number": "007/JPPI/XII/2022",
        "code": "1eye5k9xcwcady6q",
        "url": "http://localhost:8080/v/1eye-5k9x-cwca-dy6q",
        "name": "Siti Rahmawati",
        "role": "peserta",
        "event": {
            "title": "Pelatihan Digital Marketing untuk Kampanye dan Advokasi",
            "title_en": "Digital Marketing Training for Campaigns and Advocacy",
            "venue": "Hotel Aston, Jakarta Selatan",
            "timezone": "Asia/Jakarta",
            "starts_at": "2022-12-25T01:00:00+00:00",
            "ends_at": "2022-12-25T10:00:00+00:00",
            "minutes": 480,
        },
        "organiser": "Jurnal Penelitian Pendidikan Indonesia (JPPI)",
        "partners": ["Yapari", "Lapesda"],
        "signatories": [{"name": "Dr. Ratna Kusuma", "title": "Ketua JPPI (contoh)"}],
        "issued_at": "2022-12-25T10:15:00+00:00",
    }
    return data | changes


def draw(signing, **changes) -> bytes:
    data = certificate(**changes)
    assert CertificateSchema().validate(data) == {}
    return document.pdf(data, signing.kid, credential.sign(data, signing))


def test_the_document_is_tagged_named_and_carries_its_credential(signing):
    reader = pypdf.PdfReader(io.BytesIO(draw(signing)))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "id-ID"
    assert reader.metadata is not None
    assert reader.metadata["/Title"] == "Sertifikat 007/JPPI/XII/2022 – Siti Rahmawati"
    (held,) = reader.attachments["sertifikat.json"]
    assert credential.is_genuine(*credential.read(held))
    assert len(reader.pages) == 1


def test_every_field_is_printed_as_text(signing):
    text = " ".join(pypdf.PdfReader(io.BytesIO(draw(signing))).pages[0].extract_text().split())
    # Whole words, not letters with gaps between them, which a screen reader would spell.
    assert "SERTIFIKAT" in text
    assert "JURNAL PENELITIAN PENDIDIKAN INDONESIA" in text
    for printed in ("Siti Rahmawati", "007/JPPI/XII/2022", "PESERTA", "Minggu, 25 Desember 2022", "08.00–17.00 WIB"):
        assert printed in text
    for printed in ("8 jam", "Hotel Aston, Jakarta Selatan", "Yapari dan Lapesda", "Dr. Ratna Kusuma"):
        assert printed in text


def test_the_printed_code_leads_to_the_verification_page(signing):
    with pypdfium2.PdfDocument(draw(signing)) as pdf:
        picture = pdf[0].render(scale=2).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [certificate()["url"]]


def test_same_data_same_bytes(signing):
    assert draw(signing) == draw(signing)
    assert draw(signing) != draw(signing, name="Siti Rahmawat")


NAMES = [
    "Ali",
    "Nguyễn Thị Hồng Nhung",
    "Łukasz Żółćiński-Çelik Ðorđević",
    "محمد عبد الرحمن",
    "Θεοδώρα Παπαδοπούλου",
    "ꦱꦶꦠꦶꦫꦲ꧀ꦩꦮꦠꦶ",
    "陈美丽",
    "Александра Ёлкина",
    "Prof. Dr. H. Muhammad Abdurrahman Wahid Kusumaningrat, S.Pd., M.Pd., Ph.D.",
    ("Muhammad Abdurrahman Wahid Kusumaningrat Suryodiningrat " * 3)[:120].strip(),
    "W" * 120,
    "#strong[x] $1$ \\ */ </script>",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{len(name)}:{name[:12]}")
def test_names_stay_inside_the_frame_on_one_page(signing, name):
    with pypdfium2.PdfDocument(draw(signing, name=name)) as pdf:
        assert len(pdf) == 1
        picture = pdf[0].render(scale=1).to_pil().convert("L")
    width, height = picture.size
    # Between the frame and the text there is white on every side.
    for column in (46, width - 47):
        assert picture.crop((column, 60, column + 1, height - 60)).getextrema() == (255, 255)


def test_a_character_that_no_font_has_is_named(signing):
    with pytest.raises(document.CannotRender, match="\U00012000"):
        draw(signing, name="Aksara \U00012000")


def test_no_signatory_and_no_partner_is_fine(signing):
    assert draw(signing, signatories=[], partners=[])


def test_file_names_are_plain():
    assert document.filename("007/JPPI/XII/2022") == "sertifikat-007-JPPI-XII-2022.pdf"
    assert document.filename('../"\r\n<x>') == "sertifikat-x.pdf"
