"""The public verification page: standing, every printed field, nothing private; hostile input."""

import io

import pypdf
import pytest

from services.certificates.app import create_app
from services.certificates.signing import credential
from tests.certificates import support
from tests.markup import attribute

API = "/certificates/api/v1/verifications"


@pytest.fixture
def client(clean):
    return create_app().test_client()


@pytest.fixture
def issued(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    return support.certificates()[0]


def _status(answer) -> str:
    return attribute(answer, "[data-certificate-status]", "data-certificate-status")


def test_valid_shows_every_printed_field_and_nothing_private(client, issued):
    answer = client.get(f"/v/{credential.grouped(issued.code)}")
    assert (answer.status_code, _status(answer)) == (200, "valid")
    for printed in (
        "001/JPPI/XII/2022",
        "Peserta Nomor 0001",
        "PESERTA",
        "Pelatihan Digital Marketing untuk Kampanye dan Advokasi",
        "Minggu, 25 Desember 2022",
        "08.00–17.00 WIB",
        "8 jam",
        "Hotel Aston, Jakarta Selatan",
        "Jurnal Penelitian Pendidikan Indonesia (JPPI)",
        "Yayasan Tuna Netra",
        "Dr. Ratna Kusuma",
    ):
        assert printed in answer.text
    assert "@" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert str(issued.participant_id) not in answer.text


def test_the_json_api_answers_the_same(client, issued):
    answer = client.get(f"{API}/{issued.code}").json
    assert answer["status"] == "valid"
    assert answer["certificate"] == issued.data
    assert "email" not in str(answer)


@pytest.mark.parametrize("spelling", [str.upper, credential.grouped, lambda code: f" {code} "])
def test_codes_may_be_typed_in_several_ways(client, issued, spelling):
    assert _status(client.get(f"/v/{spelling(issued.code)}")) == "valid"


def test_an_unknown_code(client, issued):
    answer = client.get("/v/0000-0000-0000-0000")
    assert (answer.status_code, _status(answer)) == (404, "unknown")
    assert client.get(f"{API}/nothing").json["status"] == "unknown"


def test_replaced_links_to_the_new_one(client, issued):
    support.receive(support.participant(1, version=2, name="Nama Betul"))
    support.issue_all()
    answer = client.get(f"/v/{issued.code}")
    new = support.certificates(status="valid")[0]
    assert _status(answer) == "replaced"
    assert new.data["url"] in answer.text
    assert client.get(f"{API}/{issued.code}").json["replaced_by"] == new.data["url"]
    assert client.get(f"/v/{issued.code}/sertifikat.pdf").status_code == 404


def test_an_erased_name_is_withheld_and_the_holders_own_credential_still_verifies(client, issued):
    held = credential.write(issued.data, issued.kid, issued.signature)
    support.receive(support.participant(1, version=2, name=None, email=None, organisation=None, erased=True))
    answer = client.get(f"/v/{issued.code}")
    assert _status(answer) == "valid"
    assert "Peserta Nomor 0001" not in answer.text
    assert client.get(f"/v/{issued.code}/sertifikat.pdf").status_code == 404
    assert client.get(f"{API}/{issued.code}").json["withheld"] is True
    shown = client.post(API, json={"credential": held}).json
    assert (shown["status"], shown["certificate"]["name"]) == ("valid", "Peserta Nomor 0001")


def test_the_document_carries_a_credential_that_verifies_and_an_altered_one_does_not(client, issued):
    content = client.get(f"/v/{issued.code}/sertifikat.pdf").data
    (held,) = pypdf.PdfReader(io.BytesIO(content)).attachments["sertifikat.json"]
    assert client.post(API, json={"credential": held.decode()}).json["status"] == "valid"
    forged = held.decode().replace("Peserta Nomor 0001", "Orang Lain")
    assert forged != held.decode()
    assert client.post(API, json={"credential": forged}).json["status"] == "altered"


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{}", '{"certificate": 1, "signature": 2}', "[" * 9000, "\x00", '{"certificate":{}}']
)
def test_no_credential_at_all(client, body):
    answer = client.post(API, json={"credential": body})
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert answer.json["status"] == "altered"


@pytest.mark.parametrize(
    "path",
    ["%00", "a" * 5000, "%ff%fe", "..%2f..%2fetc", "<script>", "%F0%9F%A6%86" * 16, "' OR 1=1 --", "%ED%A0%80"],
)
def test_hostile_codes(client, path):
    assert client.get(f"/v/{path}").status_code in (200, 400, 404)
    assert client.get(f"{API}/{path}").status_code in (200, 400, 404)
    assert client.get("/v/", query_string={"code": path}).status_code < 500


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1]", b'"x"', b"[" * 100_000, b'{"credential": 7}'])
def test_hostile_bodies(client, body):
    answer = client.post(API, data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"


def test_trying_codes_is_limited(client):
    answers = {client.get("/v/0000-0000-0000-0000").status_code for _ in range(125)}
    assert answers == {404, 429}


def test_openapi_describes_it(client):
    described = client.get("/certificates/api/v1/openapi.json").json
    assert described["openapi"].startswith("3.1")
    assert f"{API}/{{code}}" in described["paths"]
