"""The design of certificates: choices, checked logos and signatures, previews, and reissuing."""

import hashlib
import io
import struct
import zlib

import pypdf
import pytest

from services.certificates.app import create_app
from services.certificates.models import db
from services.certificates.rendering import document, images
from tests.certificates import support
from tests.certificates.test_console import sign_in
from tests.markup import attribute, csrf_token, element

PAGE = "/certificates/console/events/1/layout/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="#1f5f4b"/></svg>'


def png(width: int = 8, height: int = 8) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture
def client(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(support.event(topics=["Wajib belajar 9 dan 12 tahun"]), *support.full_day([1]))
    client = create_app().test_client()
    sign_in(client, "organiser:1")
    return client


def post(client, action: str = "", **form):
    form["csrf_token"] = csrf_token(client.get(PAGE))
    for name in ("logo", "signature"):
        if isinstance(form.get(name), bytes):
            form[name] = (io.BytesIO(form[name]), "gambar")
    return client.post(PAGE + action, data=form, follow_redirects=True)


def text_of(row, page: int = 0) -> str:
    with db.transaction() as session:
        pictures = images.of(session, row.data)
    content = document.pdf(row.data, row.kid, row.signature, pictures)
    return " ".join(pypdf.PdfReader(io.BytesIO(content)).pages[page].extract_text().split())


def test_choices_reach_the_document(client):
    post(client, second_page="true", statement="telah menyelesaikan seluruh rangkaian")
    post(client, "logos", logo=SVG, alt="Yapari")
    post(client, "signatures/0", signature=png())
    support.issue_all()
    (row,) = support.certificates()
    assert "telah menyelesaikan seluruh rangkaian" in text_of(row)
    assert "presented to" not in text_of(row)
    assert "Sesi 1 4 jam" in text_of(row, 1)
    assert "Wajib belajar 9 dan 12 tahun" in text_of(row, 1)
    assert row.data["logos"] == [{"image": hashlib.sha256(SVG).hexdigest(), "alt": "Yapari"}]
    shown = client.get(f"/v/{row.code}").text
    for printed in ("telah menyelesaikan seluruh rangkaian", "Yapari", "Wajib belajar 9 dan 12 tahun"):
        assert printed in shown


def test_bilingual_is_the_default(client):
    support.issue_all()
    (row,) = support.certificates()
    assert "presented to" in text_of(row)
    assert "Sunday, 25 December 2022" in text_of(row)


def test_the_preview_is_a_picture_and_not_signed(client):
    post(client, second_page="true")
    for page in (1, 2):
        answer = client.get(f"{PAGE}preview-{page}.png")
        assert answer.data.startswith(b"\x89PNG")
    assert client.get(f"{PAGE}preview-3.png").status_code == 404
    assert client.get("/v/0000-0000-0000-0000").status_code == 404


def test_a_name_that_cannot_be_drawn_is_reported_before_issuing(client):
    assert "Tidak dapat digambar: \U00012000" in client.get(f"{PAGE}?name=Aksara+\U00012000").text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        png()[:40],
        png(4000, 1),
        b"x" * 400_000,
        SVG.replace(b"<circle", b"<script>alert(1)</script><circle"),
        SVG.replace(b"<circle", b'<circle onload="x()"'),
        SVG.replace(b"<circle", b'<image href="http://example.org/x.png"/><circle'),
        SVG.replace(b"<circle", b'<use href="file:///etc/passwd"/><circle'),
        SVG.replace(b"<circle", b"<foreignObject/><circle"),
        SVG.replace(b"<circle", b"<text>halo</text><circle"),
        SVG.replace(b'fill="#1f5f4b"', b'style="fill:url(http://example.org/)"'),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG,
        b"<svg" + b"<g>" * 10_000,
        b"<html/>",
        b"\xff\xfe\x00",
    ],
)
def test_pictures_that_are_refused(client, content):
    answer = post(client, "logos", logo=content, alt="Yapari")
    assert answer.status_code == 422
    assert element(answer, "#e-logo").text
    assert attribute(answer, "#f-alt", "value") == "Yapari"


def test_a_logo_needs_the_name_of_its_owner(client):
    assert post(client, "logos", logo=SVG, alt=" ").status_code == 422


def test_at_most_so_many_logos_and_they_can_be_removed(client):
    for number in range(5):
        post(client, "logos", logo=SVG, alt=f"Mitra {number}")
    assert "Tambah logo" not in client.get(PAGE).text
    assert "Mitra 2" not in post(client, "logos/2/remove").text


def test_reissued_only_when_the_design_or_the_event_has_changed(client):
    support.issue_all()
    assert support.run(support.start_run(reissue=True)).issued == 0
    support.receive(support.event(version=2, title="Pelatihan dengan Judul yang Betul"))
    assert all(run.issued == 0 for run in support.issue_all())
    assert support.run(support.start_run(reissue=True)).issued == 1
    assert [(row.number, row.status) for row in support.certificates()] == [
        ("001/JPPI/XII/2022", "replaced"),
        ("001/JPPI/XII/2022-2", "valid"),
    ]


def test_organisers_of_other_events_may_not(client):
    sign_in(client, "organiser:2")
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}preview-1.png").status_code == 403
