"""The Open Badge, verified by a library that is not ours."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.status import check_credential_status

from services.certificates.app import create_app
from services.certificates.issuing import revocation
from services.certificates.models import db
from services.certificates.verification import status_lists
from shared import keys
from tests.certificates import support


@pytest.fixture
def client(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    return create_app().test_client()


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _badge(client) -> str:
    answer = client.get(f"/v/{support.certificates()[0].code}/lencana.jwt")
    assert answer.status_code == 200
    return answer.text


def test_another_library_verifies_it_with_our_published_key(client):
    (published,) = client.get("/certificates/.well-known/jwks.json").json["keys"]
    verifier = OB3Verifier(_pem(Ed25519PublicKey.from_public_bytes(keys.decode(published["x"]))))
    badge = verifier.verify(_badge(client))
    assert badge.name == "Sertifikat 001/JPPI/XII/2022"
    assert badge.issuer.name == "Jurnal Penelitian Pendidikan Indonesia (JPPI)"
    assert badge.raw is not None
    assert badge.raw["credentialSubject"]["identifier"][0]["identityHash"] == "Peserta Nomor 0001"
    assert "@contoh" not in str(badge.raw)


def _look_up(client, verifier: OB3Verifier, badge: str, key: bytes) -> None:
    """The other library fetches the list that the badge names, verifies it, and reads the badge's bit."""

    def download(address: str) -> bytes:
        return client.get(address.removeprefix("http://localhost:8080")).data

    check_credential_status(verifier.verify(badge), download, verify_list=True, list_pubkey_pem=key)


def test_another_library_finds_out_that_it_was_revoked(client):
    (published,) = client.get("/certificates/.well-known/jwks.json").json["keys"]
    key = _pem(Ed25519PublicKey.from_public_bytes(keys.decode(published["x"])))
    verifier = OB3Verifier(key)
    support.receive(*support.full_day([2]))
    support.issue_all()
    badges = {row.participant_id: client.get(f"/v/{row.code}/lencana.jwt").text for row in support.certificates()}
    for badge in badges.values():
        _look_up(client, verifier, badge, key)
    first, second = support.certificates()
    with db.transaction() as session:
        revocation.revoke(session, support.EVENT_ID, first.participant_id, "Salah orang", support.ORGANISER)
    with pytest.raises(OB3VerificationError, match="revocation"):
        _look_up(client, verifier, badges[first.participant_id], key)
    _look_up(client, verifier, badges[second.participant_id], key)


def test_another_library_finds_out_that_it_was_replaced(client):
    (published,) = client.get("/certificates/.well-known/jwks.json").json["keys"]
    key = _pem(Ed25519PublicKey.from_public_bytes(keys.decode(published["x"])))
    badge = _badge(client)
    support.receive(support.participant(1, version=2, name="Nama Betul"))
    support.issue_all()
    with pytest.raises(OB3VerificationError, match="revocation"):
        _look_up(client, OB3Verifier(key), badge, key)


def test_the_lists_reach_as_far_as_certificates_do(client, monkeypatch):
    assert client.get("/certificates/.well-known/status/0").status_code == 200
    assert client.get("/certificates/.well-known/status/1").status_code == 404
    monkeypatch.setattr(status_lists, "LIST_BITS", 8)
    support.receive(*support.full_day(range(2, 12)))
    support.issue_all()
    assert client.get("/certificates/.well-known/status/1").status_code == 200
    assert client.get("/certificates/.well-known/status/2").status_code == 404


def test_it_refuses_another_key_and_an_altered_badge(client):
    badge = _badge(client)
    with pytest.raises(OB3VerificationError):
        OB3Verifier(_pem(Ed25519PrivateKey.generate().public_key())).verify(badge)
    (published,) = client.get("/certificates/.well-known/jwks.json").json["keys"]
    head, payload, signature = badge.split(".")
    forged = keys.encode(keys.decode(payload).replace(b"Peserta Nomor 0001", b"Orang Lain"))
    with pytest.raises(OB3VerificationError):
        OB3Verifier(_pem(Ed25519PublicKey.from_public_bytes(keys.decode(published["x"])))).verify(
            f"{head}.{forged}.{signature}"
        )


def test_the_same_text_each_time(client):
    assert _badge(client) == _badge(client)


def test_none_for_unknown_or_forgotten(client):
    code = support.certificates()[0].code
    assert client.get("/v/0000000000000000/lencana.jwt").status_code == 404
    support.receive(support.participant(1, version=2, name=None, email=None, organisation=None, erased=True))
    assert client.get(f"/v/{code}/lencana.jwt").status_code == 404
