"""All certificates of an event as one ZIP, streamed. They are drawn one by one, and never all in memory or on disk."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from services.certificates.models import VALID, Certificate
from services.certificates.rendering import document, images
from shared.db import Database

_AT_ONCE = 25


class _Pipe(io.RawIOBase):
    """The file that zipfile writes and the response reads. It cannot seek, so zipfile streams."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        content = bytes(data)  # type: ignore[call-overload]
        self.written.append(content)
        return len(content)

    def read_written(self) -> bytes:
        content = b"".join(self.written)
        self.written.clear()
        return content


def zip_of(database: Database, event_id: int, timezone: str) -> Iterator[bytes]:
    """The ZIP in pieces: every valid certificate of the event whose holder was not erased.

    It opens a transaction of its own for each batch, so that none is open while the reader is slow.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for certificate, pictures in _certificates(database, event_id):
            content = document.pdf(certificate.data, certificate.kid, certificate.signature, pictures)
            archive.writestr(_entry(certificate, timezone), content)
            yield pipe.read_written()
    yield pipe.read_written()


def _certificates(database: Database, event_id: int) -> Iterator[tuple[Certificate, dict[str, str]]]:
    after = ""
    while True:
        with database.transaction() as session:
            rows = session.scalars(
                select(Certificate)
                .where(
                    Certificate.event_id == event_id,
                    Certificate.status == VALID,
                    Certificate.withheld.is_(False),
                    Certificate.number > after,
                )
                .order_by(Certificate.number)
                .limit(_AT_ONCE)
            ).all()
            found = [(row, images.of(session, row.data)) for row in rows]
        if not found:
            return
        yield from found
        after = found[-1][0].number


def _entry(certificate: Certificate, timezone: str) -> zipfile.ZipInfo:
    number = document.filename(certificate.number).removesuffix(".pdf")
    # Letters of any script are kept, because people look for names; characters with a meaning in paths are not.
    name = "".join(character for character in certificate.data["name"] if character.isalnum() or character in " -.")
    title = f"{number} {' '.join(name.split())[:80].strip(' .')}.pdf"
    at: datetime = certificate.issued_at.astimezone(ZoneInfo(timezone))
    return zipfile.ZipInfo(title, (at.year, at.month, at.day, at.hour, at.minute, 0))
