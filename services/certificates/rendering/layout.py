"""What organisers choose for the design of their certificates: texts, logos and signatures."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.certificates import audit
from services.certificates.models import Event, Layout
from services.certificates.rendering import document, images, preview
from shared.actors import Actor

MOST_LOGOS = 5


def current(session: Session, event_id: int) -> Layout:
    """The event's layout; the default one (not stored) if nothing was chosen yet."""
    return session.get(Layout, event_id) or Layout(bilingual=True, second_page=False, logos=[], signatures={})


def choose(session: Session, event_id: int, choices: Mapping[str, Any], actor: Actor) -> None:
    """Store ``choices`` (column to value). Issued certificates do not change until they are reissued."""
    row = _locked(session, event_id)
    before = {name: getattr(row, name) for name in choices}
    for name, value in choices.items():
        setattr(row, name, value)
    audit.record(session, actor, "layout.changed", event_id, event_id=event_id, before=before, after=choices)


def add_logo(session: Session, event_id: int, picture: bytes, alt: str, actor: Actor) -> None:
    """Add a logo to the right of the others; ``alt`` says whose it is. Raises images.BadImage."""
    row = _locked(session, event_id)
    if len(row.logos) >= MOST_LOGOS:
        raise images.BadImage(_("Paling banyak %(most)s logo.", most=MOST_LOGOS))
    logo = {"image": images.store(session, picture), "alt": alt}
    row.logos = [*row.logos, logo]
    _draw_example(session, event_id)
    audit.record(session, actor, "layout.logo-added", event_id, event_id=event_id, after=logo)


def remove_logo(session: Session, event_id: int, index: int, actor: Actor) -> None:
    """Remove the logo at ``index`` (from 0), if there is one."""
    row = _locked(session, event_id)
    if index < len(row.logos):
        removed = row.logos[index]
        row.logos = [logo for number, logo in enumerate(row.logos) if number != index]
        audit.record(session, actor, "layout.logo-removed", event_id, event_id=event_id, before=removed)


def set_signature(session: Session, event: Event, index: int, picture: bytes, actor: Actor) -> None:
    """Put a picture of the signature above the name of signatory ``index``; an empty ``picture`` removes it.

    Raises LookupError if there is no such signatory, and images.BadImage.
    """
    row, name = _locked(session, event.event_id), event.signatories[index]["name"]
    others = {key: value for key, value in row.signatures.items() if key != name}
    row.signatures = {**others, name: images.store(session, picture)} if picture else others
    _draw_example(session, event.event_id)
    action = "layout.signature-added" if picture else "layout.signature-removed"
    audit.record(session, actor, action, event.event_id, event_id=event.event_id, after={"signatory": name})


def _locked(session: Session, event_id: int) -> Layout:
    row = session.get(Layout, event_id, with_for_update=True)
    if row is None:
        row = Layout(event_id=event_id, bilingual=True, second_page=False, logos=[], signatures={})
        session.add(row)
        session.flush()
    return row


def _draw_example(session: Session, event_id: int) -> None:
    """Refuse a picture that cannot be drawn now, and not when certificates are issued."""
    session.flush()
    data, pictures = preview.example(session, session.get_one(Event, event_id), "")
    try:
        document.pdf(data, 0, preview.NO_SIGNATURE, pictures)
    except document.CannotRender as error:
        raise images.BadImage(_("Gambar ini tidak dapat digambar; coba simpan sebagai PNG.")) from error
