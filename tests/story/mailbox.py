"""Reading the mailbox as people do: the mail to an address, the QR image in it, the document attached to it."""

import email
import email.policy
import io
from email.message import EmailMessage
from pathlib import Path

import zxingcpp
from PIL import Image


class Mailbox:
    """The directory in which the mail server keeps what it received, one .eml file each."""

    def __init__(self, directory: Path):
        self.directory = directory

    def messages(self) -> list[EmailMessage]:
        """Everything received so far, the oldest first."""
        files = sorted(self.directory.glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [_parse(file) for file in files]

    def to(self, address: str) -> list[EmailMessage]:
        """What was received for one address."""
        return [message for message in self.messages() if address in str(message["To"])]


def _parse(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage, content_type: str) -> list[bytes]:
    """The decoded parts of one content type."""
    found = [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == content_type]
    return [part for part in found if isinstance(part, bytes)]


def ticket_in(message: EmailMessage) -> str:
    """The text of the ticket's QR code, decoded from the image in a mail."""
    for image in parts(message, "image/png"):
        for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(image))):
            if code.text.startswith("EV1:"):
                return code.text
    raise AssertionError(f"no ticket to be seen in {message['Subject']!r}")


def documents_in(message: EmailMessage) -> list[bytes]:
    """The PDFs attached to a mail."""
    return parts(message, "application/pdf")
