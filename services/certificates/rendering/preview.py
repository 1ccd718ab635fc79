"""An example of an event's certificate, marked as an example and not signed."""

from typing import Any

from sqlalchemy.orm import Session

from services.certificates.models import Event, Layout, Participant
from services.certificates.rendering import document, images
from services.certificates.rendering.content import content
from services.certificates.signing import credential
from shared import settings

EXAMPLE_NAME = "Nama Lengkap Peserta"
EXAMPLE_NUMBER = "CONTOH"
NO_SIGNATURE = bytes(64)
_CODE = "0" * credential.CODE_LENGTH


def example(session: Session, event: Event, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The data of a certificate as it would be issued now, and the pictures that it names."""
    participant = Participant(name=name or EXAMPLE_NAME, role="peserta")
    data = {
        **content(event, participant, session.get(Layout, event.event_id)),
        "kind": credential.KIND,
        "id": "00000000-0000-0000-0000-000000000000",
        "version": 1,
        "number": EXAMPLE_NUMBER,
        "code": _CODE,
        "url": settings.public_url(f"/v/{credential.grouped(_CODE)}"),
        "issued_at": event.issue_at.isoformat(),
        "design": document.edition(),
    }
    return data, images.of(session, data)


def problem(data: dict[str, Any], pictures: dict[str, str]) -> str | None:
    """Why the example cannot be drawn: the characters that no font has, or another reason. None if it can."""
    try:
        document.pdf(data, 0, NO_SIGNATURE, pictures)
    except document.CannotRender as error:
        return error.characters or str(error)
    return None
