"""Uploaded files and credentials: genuine, saved again, altered, hostile; and key rotation."""

import io
import json
import zlib

import pypdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.certificates.app import create_app
from services.certificates.rendering import document
from services.certificates.signing import credential
from shared import keys
from tests.certificates import support
from tests.markup import csrf_token, element


@pytest.fixture
def client(clean):
    return create_app().test_client()


@pytest.fixture
def issued(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    return support.certificates()[0]


def _document(row) -> bytes:
    return document.pdf(row.data, row.kid, row.signature)


def submit(client, **form):
    form["csrf_token"] = csrf_token(client.get("/v/"))
    if isinstance(form.get("file"), bytes):
        form["file"] = (io.BytesIO(form["file"]), "sertifikat.pdf")
    return client.post("/v/", data=form)


def verdict(answer) -> tuple[str, str | None]:
    found = element(answer, "[data-certificate-status]")
    same_file = found.get("data-same-file")
    return str(found["data-certificate-status"]), None if same_file is None else str(same_file)


def test_the_file_that_was_issued(client, issued):
    answer = submit(client, file=_document(issued))
    assert verdict(answer) == ("valid", "yes")
    assert "Peserta Nomor 0001" in answer.text


def test_a_file_saved_again_by_another_program_still_carries_its_proof(client, issued):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_document(issued)))
    out = io.BytesIO()
    writer.write(out)
    assert verdict(submit(client, file=out.getvalue())) == ("valid", "no")


def test_a_file_whose_visible_name_was_changed_is_not_ours(client, issued):
    """The genuine credential rides in a document that shows another name."""
    forged = document.pdf({**issued.data, "name": "Orang Lain"}, issued.kid, issued.signature)
    # The attachment of the forged document is the genuine one's.
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(forged))
    held = credential.write(issued.data, issued.kid, issued.signature)
    (attached,) = list(writer.attachment_list)
    attached.content = held.encode()
    out = io.BytesIO()
    writer.write(out)
    answer = submit(client, file=out.getvalue())
    assert verdict(answer) == ("valid", "no")
    assert "Peserta Nomor 0001" in answer.text
    assert "Orang Lain" not in answer.text


def test_a_file_with_an_altered_credential(client, issued):
    forged = document.pdf({**issued.data, "name": "Orang Lain"}, issued.kid, issued.signature)
    assert verdict(submit(client, file=forged)) == ("altered", None)


def test_a_pasted_credential(client, issued):
    held = credential.write(issued.data, issued.kid, issued.signature)
    assert verdict(submit(client, credential=held)) == ("valid", None)
    assert verdict(submit(client, credential=held.replace("PESERTA", "x").replace("peserta", "panitia"))) == (
        "altered",
        None,
    )
    # Another layout of the same data is the same data.
    assert verdict(submit(client, credential=json.dumps(json.loads(held)))) == ("valid", None)


def test_the_old_key_retires_and_its_certificates_still_verify(client, issued, monkeypatch):
    fresh = keys.SigningKey(2, Ed25519PrivateKey.generate())
    before = keys.public_keys("HADIR_CERTIFICATE_PUBLIC_KEYS")
    ring = ",".join([f"1:{keys.encode(before[1].public_bytes_raw())}", fresh.public()])
    monkeypatch.setenv("HADIR_CERTIFICATE_PUBLIC_KEYS", ring)
    monkeypatch.setenv("HADIR_CERTIFICATE_PRIVATE_KEY", f"2:{keys.encode(fresh.key.private_bytes_raw())}")
    support.receive(*support.full_day([2]))
    support.issue_all()
    old, new = support.certificates()
    assert (old.kid, new.kid) == (1, 2)
    for row in (old, new):
        assert verdict(submit(client, file=_document(row))) == ("valid", "yes")
    monkeypatch.setenv("HADIR_CERTIFICATE_PUBLIC_KEYS", fresh.public())
    assert verdict(submit(client, file=_document(old)))[0] == "altered"


def test_the_published_keys_are_enough_to_verify(client, issued):
    published = client.get("/certificates/.well-known/jwks.json").json["keys"]
    key = next(key for key in published if key["kid"] == str(issued.kid))
    proof = json.loads(credential.write(issued.data, issued.kid, issued.signature))
    canonical = json.dumps(proof["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    public = Ed25519PublicKey.from_public_bytes(keys.decode(key["x"]))
    public.verify(keys.decode(proof["signature"]["value"]), b"HADIR-CERTIFICATE-1\0" + canonical)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF",
        b"%PDF-1.7 stream\n" * 20_000,
        b"%PDF stream\r\n" + zlib.compress(b'{"certificate"' * 5_000_000) + b"endstream",
        b"%PDF stream\n" + b'{"certificate":' + b"[" * 90_000,
        b"\x00\xff" * 1000,
        b"not a pdf",
        b"[" * 100_000,
    ],
    ids=["empty", "many", "bomb", "deep", "binary", "text", "json"],
)
def test_hostile_files(client, content):
    assert verdict(submit(client, file=content)) == ("altered", None)


def test_an_empty_form_is_refused(client):
    answer = submit(client)
    assert answer.status_code == 422
    assert "Pilih berkas PDF" in answer.text


def test_a_file_that_is_too_large_is_refused(client):
    body = b"--b\r\n" + b"x" * 2_000_000
    assert client.post("/v/", data=body, content_type="multipart/form-data; boundary=b").status_code == 413


def test_a_form_from_elsewhere_is_refused(client):
    assert client.post("/v/", data={"credential": "{}"}).status_code == 400
