"""An example of an event's certificate, marked as one and signed by nobody."""

from typing import Any

from sqlalchemy.orm import Session

from services.certificates import credential, images, rendering
from services.certificates.content import content
from services.certificates.models import Event, Layout, Person
from shared import settings

EXAMPLE_NAME = "Nama Lengkap Peserta"
EXAMPLE_NUMBER = "CONTOH"
NO_SIGNATURE = bytes(64)
_CODE = "0" * credential.CODE_LENGTH


def example(session: Session, event: Event, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Data of an example certificate as it would be issued now, and the pictures that it names."""
    person = Person(name=name or EXAMPLE_NAME, role="peserta")
    data = {
        **content(event, person, session.get(Layout, event.event_id)),
        "kind": credential.KIND,
        "id": "00000000-0000-0000-0000-000000000000",
        "version": 1,
        "number": EXAMPLE_NUMBER,
        "code": _CODE,
        "url": settings.public_url(f"/v/{credential.grouped(_CODE)}"),
        "issued_at": event.issue_at.isoformat(),
        "design": rendering.edition(),
    }
    return data, images.of(session, data)


def problem(data: dict[str, Any], pictures: dict[str, str]) -> str | None:
    """What keeps the example from being drawn: characters that no font has, or another reason; else None."""
    try:
        rendering.pdf(data, 0, NO_SIGNATURE, pictures)
    except rendering.CannotRender as error:
        return error.characters or str(error)
    return None
