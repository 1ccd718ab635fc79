"""The SMTP side: accepts everything up to 25 MB, except for two domains that show what rejections look like."""

from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from stack.mailbox import store
from stack.ports import HOST

MAX_BYTES = 25 * 1024 * 1024
# Addresses in these domains are rejected permanently, or temporarily.
REFUSED_DOMAIN = "ditolak.invalid"
DEFERRED_DOMAIN = "nanti.invalid"


class Handler:
    """Stores every mail that it accepts."""

    def __init__(self, directory: Path):
        self.directory = directory

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or refuse it by its domain."""
        domain = address.rpartition("@")[2].lower()
        if domain == REFUSED_DOMAIN:
            return "550 5.1.1 no such mailbox"
        if domain == DEFERRED_DOMAIN:
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the mail, and only then say so."""
        content = envelope.content
        assert isinstance(content, bytes)
        name = store.keep(self.directory, content, envelope.mail_from or "", envelope.rcpt_tos)
        return f"250 2.0.0 kept as {name}"


def controller(directory: Path, port: int) -> Controller:
    """The SMTP server on localhost, not yet started (``start()``, ``stop()``)."""
    return Controller(
        Handler(directory), hostname=HOST, port=port, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="Hadir"
    )
