"""The event's page: filters, counts by partner, live progress, all certificates as a ZIP."""

import io
import zipfile

import pypdf
import pytest
from bs4 import BeautifulSoup

from services.certificates.app import create_app
from tests.certificates import support
from tests.certificates.test_console import sign_in
from tests.markup import element

PAGE = "/certificates/console/events/1"


@pytest.fixture
def client(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(
        support.event(),
        *support.full_day([1, 2, 3]),
        support.participant(3, version=2, organisation="Lapesda", name="Ani / ../ Lestari"),
        support.participant(4, organisation="Lapesda"),
    )
    support.issue_all()
    client = create_app().test_client()
    sign_in(client, "organiser:1")
    return client


def names(answer) -> list[str]:
    page = BeautifulSoup(answer.text, "html.parser")
    return [cell.get_text() for cell in page.select("table.cards tbody th a")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 4),
        ("show=issued", 3),
        ("show=not_eligible", 1),
        ("organisation=Lapesda", 2),
        ("organisation=Lapesda&show=issued", 1),
        ("search=nomor+0001", 1),
        ("search=002%2FJPPI", 1),
        ("search=zzz", 0),
        ("show=nonsense", 0),
        # A control character is no text: nothing is searched for.
        ("search=%00", 4),
    ],
)
def test_filters(client, query, expected):
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert len(names(answer)) == expected


def test_counts_by_partner(client):
    page = BeautifulSoup(client.get(PAGE).text, "html.parser")
    table = next(table for table in page.select("table") if "Orang" in table.get_text())
    rows = {
        element(row, "th").get_text(): [cell.get_text() for cell in row.select("td")]
        for row in table.select("tbody tr")
    }
    assert rows == {"Yapari": ["2", "2", "0"], "Lapesda": ["2", "1", "0"]}


def test_progress_is_polled_with_an_etag(client):
    first = client.get(f"{PAGE}/progress")
    assert first.json["valid"] == 3
    assert first.json["mails_waiting"] == 3
    assert client.get(f"{PAGE}/progress", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    sign_in(client, "organiser:2")
    assert client.get(f"{PAGE}/progress").status_code == 403


def test_all_certificates_as_a_zip(client):
    answer = client.get(f"{PAGE}/sertifikat.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    assert archive.namelist() == [
        "sertifikat-001-JPPI-XII-2022 Ani .. Lestari.pdf",
        "sertifikat-002-JPPI-XII-2022 Peserta Nomor 0001.pdf",
        "sertifikat-003-JPPI-XII-2022 Peserta Nomor 0002.pdf",
    ]
    for name in archive.namelist():
        assert pypdf.PdfReader(io.BytesIO(archive.read(name))).pages
    assert answer.headers["Content-Disposition"] == "attachment; filename=sertifikat-pelatihan-digital-marketing.zip"


def test_the_zip_leaves_out_erased_participants(client):
    support.receive(support.participant(1, version=2, name=None, email=None, organisation=None, erased=True))
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{PAGE}/sertifikat.zip").data))
    assert len(archive.namelist()) == 2
