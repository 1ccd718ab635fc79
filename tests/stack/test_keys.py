"""Secrets: made once, private to their owner, and each service gets its own only."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared import tickets
from shared.keys import decode, public_keys, signing_key, verifies
from shared.queues import SERVICES
from shared.web import signin
from stack import keys
from stack.broker_rights import OWNERS
from stack.processes import PROCESSES

AT = keys.Addresses(
    public="http://localhost:8080",
    brokers={owner: f"redis://{owner}:broker-of-{owner}@127.0.0.1:1/0" for owner in OWNERS},
    databases={service: f"postgresql+psycopg://{service}:own-{service}@127.0.0.1:2/{service}" for service in SERVICES},
    smtp="smtp://127.0.0.1:3",
    clock_file="/data/clock.json",
)
ALL_PRIVATE = {name for names in keys.PRIVATE.values() for name in names}


@pytest.fixture
def held(tmp_path: Path) -> keys.Secrets:
    return keys.load(tmp_path / "secrets.json")


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path, held: keys.Secrets) -> None:
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert keys.load(tmp_path / "secrets.json") == held
    assert len(set(held.values())) == len(held)


def test_a_secret_that_a_newer_version_needs_is_added(tmp_path: Path, held: keys.Secrets) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"postgres": "kept"}')
    completed = keys.load(path)
    assert completed["postgres"] == "kept"
    assert set(completed) == set(held)


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_gets_its_own_secrets_and_no_others(held: keys.Secrets, service: str) -> None:
    values = keys.environment(service, held, AT)
    assert ALL_PRIVATE & set(values) == set(keys.PRIVATE[service])
    everything = " ".join(values.values())
    foreign = {f"own-{other}" for other in SERVICES if other != service}
    foreign |= {f"broker-of-{other}" for other in OWNERS if other != service}
    foreign |= {held[f"secret-{other}"] for other in SERVICES if other != service}
    foreign |= {held[name] for name in ("postgres", "supervisor", "organiser-password", "coordinator-password")}
    ring_owner = {"session": "registration", "ticket": "registration", "certificate": "certificates"}
    foreign |= {held[f"{ring}-key"] for ring, owner in ring_owner.items() if owner != service}
    assert [secret for secret in foreign if secret in everything] == []


@pytest.mark.parametrize("owner", ["beat", "mailbox"])
def test_beat_and_mailbox_hold_no_keys_and_no_database(held: keys.Secrets, owner: str) -> None:
    values = keys.environment(owner, held, AT)
    assert not ALL_PRIVATE & set(values)
    assert "HADIR_SECRET_KEY" not in values
    assert ("HADIR_BROKER_URL" in values) == (owner == "beat")


def test_public_keys_belong_to_the_private_ones(held: keys.Secrets) -> None:
    values = keys.environment("registration", held, AT)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(decode(values["HADIR_TICKET_PRIVATE_KEY"].removeprefix("1:")))
    assert decode(values["HADIR_TICKET_PUBLIC_KEYS"].removeprefix("1:")) == private.public_key().public_bytes_raw()


def test_every_owner_in_the_table_of_processes_is_known(held: keys.Secrets) -> None:
    for process in PROCESSES:
        assert keys.environment(process.owner, held, AT)["HADIR_PUBLIC_URL"] == AT.public


@pytest.mark.parametrize("ring", keys.RINGS)
def test_what_an_old_key_signed_still_verifies_after_two_rotations(
    tmp_path: Path, held: keys.Secrets, monkeypatch: pytest.MonkeyPatch, ring: str
) -> None:
    signed = []
    for number in (1, 2, 3):
        now = keys.load(tmp_path / "secrets.json")
        owner = "certificates" if ring == "certificate" else "registration"
        for name, value in keys.environment(owner, now, AT).items():
            monkeypatch.setenv(name, value)
        signing = signing_key(f"HADIR_{ring.upper()}_PRIVATE_KEY")
        assert signing.kid == number
        signed.append((number, signing.sign(b"genuine")))
        verifying = public_keys(f"HADIR_{ring.upper()}_PUBLIC_KEYS")
        assert all(verifies(verifying[kid], signature, b"genuine") for kid, signature in signed)
        if number < 3:
            assert keys.rotate(tmp_path / "secrets.json", ring) == number + 1
    # The private part of a retired key is gone.
    assert held[f"{ring}-key"].partition(":")[2] not in (tmp_path / "secrets.json").read_text()


def test_a_signed_in_browser_and_a_ticket_outlive_a_rotation(
    tmp_path: Path, held: keys.Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use(secrets: keys.Secrets) -> None:
        for name, value in keys.environment("registration", secrets, AT).items():
            monkeypatch.setenv(name, value)

    use(held)
    token = signin.make_token("1", "Penguji", ["organiser"])
    content = tickets.Ticket(7, uuid.uuid4(), datetime(2030, 1, 1, tzinfo=UTC))
    ticket = tickets.write(content, signing_key("HADIR_TICKET_PRIVATE_KEY"))
    for ring in ("session", "ticket"):
        keys.rotate(tmp_path / "secrets.json", ring)
    use(keys.load(tmp_path / "secrets.json"))
    claims = signin.read_token(token)
    assert claims
    assert claims["sub"] == "1"
    assert tickets.read(ticket, public_keys("HADIR_TICKET_PUBLIC_KEYS")) == content
