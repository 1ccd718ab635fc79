"""What a stranger uploads to the public check costs little, whatever it is; measured in CPU time of this process."""

import io
import json
import random
import time
import zlib
from functools import cache

import pytest

from services.certificates.app import create_app
from services.certificates.models import Layout, db
from services.certificates.rendering import document, images
from services.certificates.signing import credential
from shared.web.app import MAX_BODY_BYTES
from shared.web.limits import limiter
from tests.certificates import support
from tests.certificates.test_verification_files import submit, verdict
from tests.markup import csrf_token

API = "/certificates/api/v1/verifications"
# A check takes about 10 ms, most of it for reading the form. The rest is allowance for a busy machine.
MOST_SECONDS = 0.5
THREE_MEGABYTES = 3_000_000


@pytest.fixture
def client(environment, monkeypatch):
    """Somebody whom no rate limit stops: what one upload costs is measured here."""
    monkeypatch.setattr(limiter, "enabled", False)
    client = app().test_client()
    submit(client, credential="{}")
    return client


@cache
def app():
    return create_app()


def upload(client, content: bytes):
    """Send a file as a browser does. (The test client's own way leaves a temporary file open.)"""
    head = b'Content-Disposition: form-data; name="'
    parts = (
        head + b'csrf_token"\r\n\r\n' + csrf_token(client.get("/v/")).encode(),
        head + b'file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n' + content,
    )
    body = b"".join(b"--frontier\r\n" + part + b"\r\n" for part in parts) + b"--frontier--\r\n"
    return client.post("/v/", data=body, content_type="multipart/form-data; boundary=frontier")


@pytest.fixture
def issued(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    return support.certificates()[0]


def pdf_with(*streams: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"".join(b"stream\n" + stream + b"\nendstream\n" for stream in streams)


def packed(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


def a_credential(certificate: str = "{}", kid: str = "1", value: str = '"AA"') -> str:
    return f'{{"certificate":{certificate},"signature":{{"kid":{kid},"value":{value}}}}}'


LOGOS = a_credential('{"logos":[' + ",".join(["{}"] * 30_000) + "]}")
NESTED = a_credential('{"a":' + "[" * 40_000 + "]" * 40_000 + "}")
NAMES = a_credential("{" + ",".join(f'"{number}":0' for number in range(9_000)) + "}")
NUMBER = a_credential('{"version":' + "9" * 4_300 + "}")
NOISE = random.Random(1).randbytes(THREE_MEGABYTES - 1000)


@cache
def files() -> dict[str, bytes]:
    """Every one is below the limit of an upload, and made to cost much."""
    bomb = zlib.compress(b" " * 100_000_000, 9)
    mark = b'{"certificate":'
    return {
        "thirty thousand logos": pdf_with(packed(LOGOS)),
        "the same 500 times": pdf_with(*[packed(LOGOS)] * 500),
        "500 plain credentials": pdf_with(*[a_credential().encode()] * 500),
        "deep nesting 500 times": pdf_with(*[packed(NESTED)] * 500),
        "many names": pdf_with(*[packed(NAMES)] * 140),
        "500 huge numbers": pdf_with(*[packed(NUMBER)] * 500),
        "bombs": pdf_with(*[bomb] * 25),
        "bombs that begin well": pdf_with(*[zlib.compress(mark + b" " * 50_000_000, 9)] * 50),
        "500 bombs of 100 kB": pdf_with(*[zlib.compress(b"x" * 100_000)] * 500),
        "streams without an end": b"%PDF" + b"stream\n" * 420_000,
        "streams without an end, far apart": b"%PDF" + (b"stream\n" + b"x" * 290) * 10_000,
        "no stream": b"%PDF" + b"stream" * 490_000,
        "line ends": b"%PDF" + b"stream\r" * 420_000,
        "noise": b"%PDF" + NOISE,
        "a credential in bytes": b"%PDF stream\n" + mark + NOISE,
    }


NAMES_OF_FILES = [*files()]


@pytest.mark.parametrize("name", NAMES_OF_FILES)
def test_a_hostile_file_costs_little(client, name):
    content = files()[name]
    assert len(content) <= THREE_MEGABYTES
    began = time.process_time()
    answer = upload(client, content)
    spent = time.process_time() - began
    assert verdict(answer) == ("altered", None)
    assert spent < MOST_SECONDS


TEXTS = {
    "thirty thousand logos": LOGOS,
    "deep nesting": NESTED,
    "many names": NAMES,
    "a huge number": NUMBER,
    "a number that Python refuses": a_credential('{"version":' + "9" * 90_000 + "}"),
    "kid 1e999": a_credential(kid="1e999"),
    "kid 1e400": a_credential(kid="1e400"),
    "kid Infinity": a_credential(kid="Infinity"),
    "kid -Infinity": a_credential(kid="-Infinity"),
    "kid NaN": a_credential(kid="NaN"),
    "kid true": a_credential(kid="true"),
    "kid huge": a_credential(kid="9" * 4_000),
    "kid list": a_credential(kid="[1]"),
    "kid text": a_credential(kid='"1"'),
    "Infinity signed": a_credential('{"version":Infinity}'),
    "1e999 signed": a_credential('{"version":1e999}'),
    "lone surrogate": a_credential('{"name":"\\ud800"}'),
    "value no text": a_credential(value="[]"),
    "value no base64": a_credential(value='"*"'),
    "value not ASCII": a_credential(value='"é"'),
    "value empty": a_credential(value='""'),
    "value long": a_credential(value='"' + "A" * 90_000 + '"'),
    "certificate a list": a_credential("[]"),
    "certificate text": a_credential('"a"'),
    "signature missing": '{"certificate":{}}',
    "signature a list": '{"certificate":{},"signature":[]}',
    "a list": "[]",
    "null": "null",
    "brackets": "[" * 99_000,
}


@pytest.mark.parametrize("name", [*TEXTS])
def test_a_hostile_credential_costs_little_by_every_way(client, name):
    text = TEXTS[name]
    began = time.process_time()
    by_api = client.post(API, json={"credential": text})
    by_form = submit(client, credential=text)
    as_file = upload(client, text.encode())
    in_pdf = upload(client, pdf_with(packed(text)))
    spent = time.process_time() - began
    assert (by_api.status_code, by_api.json["status"]) == (200, "altered")
    assert {verdict(answer) for answer in (by_form, as_file, in_pdf)} == {("altered", None)}
    assert spent < 4 * MOST_SECONDS


def test_a_genuine_credential_with_something_else_than_a_number_of_a_key(client, issued):
    held = json.loads(credential.write(issued.data, issued.kid, issued.signature))
    for kid in ("1e999", "Infinity", '"1"', "true", "1.0", "2"):
        text = a_credential(json.dumps(held["certificate"]), kid, json.dumps(held["signature"]["value"]))
        assert client.post(API, json={"credential": text}).json["status"] == "altered"
    good = a_credential(json.dumps(held["certificate"]), "1", json.dumps(held["signature"]["value"]))
    assert client.post(API, json={"credential": good}).json["status"] == "valid"


def test_decoys_before_the_credential_are_limited_and_pictures_are_none(client, issued):
    held = credential.write(issued.data, issued.kid, issued.signature).encode()
    pictures = [packed(json.dumps({"shape": [number] * 2_000})) for number in range(700)]
    assert verdict(upload(client, pdf_with(*pictures, zlib.compress(held)))) == ("valid", "no")
    no_credentials = [b'{"certificate": 1}'] * 2
    assert verdict(upload(client, pdf_with(*no_credentials, held))) == ("valid", "no")
    assert verdict(upload(client, pdf_with(*no_credentials * 2, held))) == ("altered", None)


def noisy_png(seed: int, bytes_of_noise: int) -> bytes:
    """A picture that no program can pack any smaller."""
    from PIL import Image

    side = int((bytes_of_noise / 3) ** 0.5)
    picture = Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_our_own_document_with_the_largest_pictures_can_be_uploaded(client, clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(support.event(), *support.full_day([1]))
    with db.transaction() as session:
        logos = [
            {"image": images.store(session, noisy_png(seed, images.LARGEST_BYTES - 8_000)), "alt": f"Logo {seed}"}
            for seed in range(5)
        ]
        session.add(Layout(event_id=support.EVENT_ID, bilingual=True, second_page=True, logos=logos, signatures={}))
    support.issue_all()
    (row,) = support.certificates()
    with db.transaction() as session:
        content = document.pdf(row.data, row.kid, row.signature, images.of(session, row.data))
    assert len(content) > MAX_BODY_BYTES
    assert verdict(upload(client, content)) == ("valid", "yes")


def test_only_the_check_takes_more_than_a_megabyte(client):
    assert upload(client, b"x" * 3_200_000).status_code == 413
    large = {"credential": "x" * (MAX_BODY_BYTES + 1000)}
    assert client.post(API, json=large).status_code == 413
    assert client.post("/v/", data={"csrf_token": csrf_token(client.get("/v/")), **large}).status_code == 413


def test_a_form_of_very_many_fields_costs_little(client):
    token = csrf_token(client.get("/v/"))
    began = time.process_time()
    body = f"csrf_token={token}&".encode() + b"a&" * 500_000
    answer = client.post("/v/", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert time.process_time() - began < MOST_SECONDS
