"""What a stranger learns about a certificate: its standing, and every printed field as it was signed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates import credential, images
from services.certificates.models import REPLACED, VALID, Certificate
from services.certificates.rendering import CannotRender, document, edition, pdf
from services.certificates.uploads import credential_in

UNKNOWN = "unknown"
# A credential that somebody showed and that does not say what was signed.
ALTERED = "altered"


@dataclass(frozen=True)
class Finding:
    """The standing of a code. ``data`` is what was signed (no name in it when ``withheld``), None when unknown."""

    status: str
    status_at: datetime | None = None
    reason: str | None = None
    replaced_by: str | None = None
    withheld: bool = False
    data: dict[str, Any] | None = None
    # Of an uploaded PDF: whether it is byte for byte the one we made; None when that cannot be told.
    same_file: bool | None = None
    certificate: Certificate | None = None

    @property
    def printed(self) -> dict[str, Any] | None:
        """What is printed on the certificate, as text."""
        if self.data is None:
            return None
        return document({**self.data, "name": self.data["name"] or "-"})


def look_up(session: Session, typed: str) -> Finding:
    """The standing of the certificate whose code somebody typed or scanned."""
    code = credential.read_code(typed)
    certificate = session.scalar(select(Certificate).where(Certificate.code == code)) if code else None
    if certificate is None:
        return Finding(UNKNOWN)
    return Finding(
        status=certificate.status,
        status_at=certificate.status_at,
        reason=certificate.reason,
        replaced_by=_successor(session, certificate),
        withheld=certificate.withheld,
        data=certificate.data,
        certificate=certificate,
    )


def _successor(session: Session, certificate: Certificate) -> str | None:
    if certificate.status != REPLACED:
        return None
    newest = session.scalar(
        select(Certificate)
        .where(Certificate.participant_id == certificate.participant_id, Certificate.event_id == certificate.event_id)
        .order_by(Certificate.version.desc())
        .limit(1)
    )
    return str(newest.data["url"]) if newest and newest.status == VALID else None


def check_credential(session: Session, text: str | bytes) -> Finding:
    """The standing of a credential that somebody shows: altered (or not ours), or as for its code.

    A genuine one is believed about the name even where we have forgotten it.
    """
    try:
        data, kid, signature = credential.read(text)
    except credential.NotACredential:
        return Finding(ALTERED)
    if not credential.is_genuine(data, kid, signature):
        return Finding(ALTERED)
    finding = look_up(session, data["code"])
    return replace(finding, data=data, withheld=False) if finding.certificate else Finding(UNKNOWN)


def check_file(session: Session, content: bytes) -> Finding:
    """The standing of an uploaded PDF (or of a bare credential file).

    Its words are compared too: a PDF whose visible name was changed still carries the genuine credential, but its
    bytes are not those that we draw from it.
    """
    text = credential_in(content) if content.startswith(b"%PDF") else content
    if text is None:
        return Finding(ALTERED)
    finding = check_credential(session, text)
    if finding.certificate is None or text is content:
        return finding
    return replace(finding, same_file=_is_our_file(session, content, text))


def _is_our_file(session: Session, content: bytes, text: str | bytes) -> bool | None:
    data, kid, signature = credential.read(text)
    if data.get("design") != edition():
        return None
    try:
        return pdf(data, kid, signature, images.of(session, data)) == content
    except CannotRender:
        return None
