"""Mail as files: one .eml each, written atomically, with names that sort by arrival."""

import email
import email.policy
import os
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

_NAME = re.compile(r"\d{13}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Stored:
    """One mail that arrived at ``received`` (real time, aware)."""

    id: str
    received: datetime
    message: EmailMessage
    size: int

    def header(self, name: str) -> str:
        """A header as text, empty when it is missing."""
        return str(self.message.get(name, ""))

    @property
    def recipients(self) -> list[str]:
        """The recipients in the envelope."""
        return [str(value) for value in self.message.get_all("Delivered-To", [])]

    def body(self, kind: str) -> str | None:
        """The text of kind ``plain`` or ``html``, or None."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if isinstance(part, EmailMessage) else None

    def attachments(self) -> list[EmailMessage]:
        """Attached files, in order."""
        return [part for part in self.message.iter_attachments() if isinstance(part, EmailMessage)]

    def embedded(self) -> dict[str, EmailMessage]:
        """Pictures inside the HTML part, by Content-ID without brackets."""
        return {
            str(part["Content-ID"]).strip("<> "): part
            for part in self.message.walk()
            if part["Content-ID"] and isinstance(part, EmailMessage)
        }


def keep(directory: Path, content: bytes, sender: str, recipients: Iterable[str]) -> str:
    """Store a mail with its envelope in front, as a mail server does on delivery. Returns its id."""
    name = f"{time.time_ns() // 1_000_000:013}-{secrets.token_hex(4)}"
    envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
    partial = directory / f"{name}.partial"
    with partial.open("wb") as file:
        file.write("\r\n".join([*envelope, ""]).encode() + content)
        file.flush()
        # Only what is on disk is answered with "accepted".
        os.fsync(file.fileno())
    partial.rename(directory / f"{name}.eml")
    return name


def names(directory: Path) -> list[str]:
    """Ids of all mail, newest first."""
    return sorted((path.stem for path in directory.glob("*.eml")), reverse=True)


def raw(directory: Path, name: str) -> bytes | None:
    """A mail as stored, or None when there is none with that id."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return (directory / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None


def load(directory: Path, name: str) -> Stored | None:
    """A mail, parsed, or None when there is none with that id."""
    content = raw(directory, name)
    if content is None:
        return None
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Stored(name, datetime.fromtimestamp(int(name[:13]) / 1000, UTC), message, len(content))
