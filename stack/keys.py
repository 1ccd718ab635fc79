"""Passwords and keys of the embedded stack, made on first run, and who gets which of them."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.keys import SigningKey, decode, encode
from shared.queues import SERVICES
from stack.processes import BEAT

# Variables that only the named service may hold. docker-compose.yml is held to this table, too.
PRIVATE: dict[str, tuple[str, ...]] = {
    "registration": (
        "REGISTRATION_DATABASE_URL",
        "HADIR_SESSION_PRIVATE_KEY",
        "HADIR_TICKET_PRIVATE_KEY",
    ),
    "checkin": ("CHECKIN_DATABASE_URL",),
    "certificates": ("CERTIFICATES_DATABASE_URL", "HADIR_CERTIFICATE_PRIVATE_KEY"),
}
WRITES_MAIL = ("registration", "certificates")
RINGS = ("session", "ticket", "certificate")
MAIL_FROM = "JPPI <noreply@localhost>"
ORGANISER = "panitia@jppi.example"
COORDINATOR = "koordinator@yapari.example"

# No letters that look alike: people type these.
_TYPED = "abcdefghjkmnpqrstuvwxyz23456789"

Secrets = dict[str, str]


@dataclass(frozen=True)
class Addresses:
    """Where everything is in one running stack."""

    public: str
    # By owner: each has a user of its own in Valkey.
    brokers: Mapping[str, str]
    databases: Mapping[str, str]
    smtp: str
    clock_file: str


def load(path: Path) -> Secrets:
    """The secrets in ``path``, which is made (readable by its owner only) or completed where anything is missing."""
    stored = json.loads(path.read_text()) if path.exists() else {}
    completed = fresh() | stored
    if completed != stored:
        stored = completed
        write_private(path, json.dumps(stored, indent=1))
    return stored


# Settings that may be given to the stack, by the processes that get them.
CHOSEN = {
    "registration": ("HADIR_MAIL_PER_MINUTE", "HADIR_SIGN_UPS_PER_MINUTE"),
    "certificates": ("HADIR_MAIL_PER_MINUTE",),
}


def rotate(path: Path, ring: str) -> int:
    """Sign with a new key of ``ring`` from the next start on; returns its number.

    The public part of the old one stays in the ring: what it signed still verifies. The private part is gone.
    """
    held = load(path)
    old = held[f"{ring}-key"]
    number = int(old.partition(":")[0]) + 1
    held[f"{ring}-retired"] = ",".join(filter(None, (public(old), held.get(f"{ring}-retired", ""))))
    held[f"{ring}-key"] = _signing_key(number)
    write_private(path, json.dumps(held, indent=1))
    return number


def broker(held: Secrets) -> tuple[str, dict[str, str]]:
    """The administrator's password in Valkey, and the password of each owner's user."""
    return held["broker"], {owner: held[f"broker-{owner}"] for owner in (*SERVICES, BEAT)}


def ring_of(held: Secrets, ring: str) -> str:
    """The public keys of a ring: the one that signs, and those that it replaced."""
    return ",".join(filter(None, (public(held[f"{ring}-key"]), held.get(f"{ring}-retired", ""))))


def fresh() -> Secrets:
    """A whole set of new secrets."""
    return {name: make() for name, make in _makers().items()}


def environment(owner: str, held: Secrets, at: Addresses) -> dict[str, str]:
    """The settings of a process of ``owner`` (a service, ``beat`` or ``mailbox``): its own secrets and no others."""
    values = {"HADIR_LOG": "console", "HADIR_CLOCK_FILE": at.clock_file, "HADIR_PUBLIC_URL": at.public}
    if owner in SERVICES or owner == BEAT:
        values["HADIR_BROKER_URL"] = at.brokers[owner]
    if owner in SERVICES:
        values |= {f"HADIR_{ring.upper()}_PUBLIC_KEYS": ring_of(held, ring) for ring in RINGS}
        values["HADIR_SECRET_KEY"] = held[f"secret-{owner}"]
        values |= {name: _private(name, owner, held, at) for name in PRIVATE[owner]}
    if owner in WRITES_MAIL:
        values |= {"HADIR_SMTP_URL": at.smtp, "HADIR_MAIL_FROM": MAIL_FROM}
    # Settings that the caller's environment may override.
    values |= {name: os.environ.get(name, "") for name in CHOSEN.get(owner, ())}
    return values


def demo_environment(held: Secrets) -> dict[str, str]:
    """What the step that loads the reference event needs besides its service's settings."""
    return {
        "DEMO_ORGANISER_EMAIL": ORGANISER,
        "DEMO_ORGANISER_PASSWORD": held["organiser-password"],
        "DEMO_COORDINATOR_EMAIL": COORDINATOR,
        "DEMO_COORDINATOR_PASSWORD": held["coordinator-password"],
    }


def _private(variable: str, owner: str, held: Secrets, at: Addresses) -> str:
    if variable.endswith("_DATABASE_URL"):
        return at.databases[owner]
    ring = variable.removeprefix("HADIR_").removesuffix("_PRIVATE_KEY").lower()
    return held[f"{ring}-key"]


def _makers() -> dict[str, Callable[[], str]]:
    makers: dict[str, Callable[[], str]] = dict.fromkeys(("postgres", "broker", "supervisor"), _password)
    for service in SERVICES:
        makers |= {f"database-{service}": _password, f"secret-{service}": _password}
    makers |= {f"broker-{owner}": _password for owner in (*SERVICES, BEAT)}
    makers |= {f"{ring}-key": _signing_key for ring in RINGS}
    makers |= {"organiser-password": _typed_password, "coordinator-password": _typed_password}
    return makers


def _password() -> str:
    return secrets.token_urlsafe(32)


def _typed_password() -> str:
    return "-".join("".join(secrets.choice(_TYPED) for _ in range(4)) for _ in range(3))


def _signing_key(number: int = 1) -> str:
    return f"{number}:{encode(Ed25519PrivateKey.generate().private_bytes_raw())}"


def public(private: str) -> str:
    """The public part of a private key, both as in shared/keys.py."""
    kid, _, seed = private.partition(":")
    return SigningKey(int(kid), Ed25519PrivateKey.from_private_bytes(decode(seed))).public()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)
