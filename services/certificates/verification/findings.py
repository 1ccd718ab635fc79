"""What anybody may learn about a certificate: its standing, and every printed field as it was signed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates.models import REPLACED, VALID, Certificate
from services.certificates.rendering import document, images
from services.certificates.signing import credential
from services.certificates.verification.uploads import credential_in

UNKNOWN = "unknown"
# A credential whose content is not what was signed, or that is not ours.
ALTERED = "altered"


@dataclass(frozen=True)
class Finding:
    """The standing of a certificate. ``data`` is what was signed (no name in it if ``withheld``), None if unknown."""

    status: str
    status_at: datetime | None = None
    reason: str | None = None
    replaced_by: str | None = None
    withheld: bool = False
    data: dict[str, Any] | None = None
    # For an uploaded PDF: whether it is byte for byte the one we issued; None if that is not known.
    same_file: bool | None = None
    certificate: Certificate | None = None

    @property
    def may_be_downloaded(self) -> bool:
        """Whether the document and the badge are served: not for a revoked, replaced or withheld certificate."""
        return self.certificate is not None and self.status == VALID and not self.withheld

    @property
    def printed(self) -> dict[str, Any] | None:
        """What is printed on the certificate, as text."""
        if self.data is None:
            return None
        return document.printed({**self.data, "name": self.data["name"] or "-"})


def look_up(session: Session, typed: str) -> Finding:
    """The standing of the certificate with a typed or scanned code."""
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


def downloadable(session: Session, typed: str) -> Certificate:
    """The certificate with this code, if its document and badge may be served. Raises LookupError."""
    finding = look_up(session, typed)
    if finding.certificate is None or not finding.may_be_downloaded:
        raise LookupError(typed)
    return finding.certificate


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
    """The standing of a credential: altered (or not ours), or as for its code.

    A genuine credential proves the name even after we have erased it.
    """
    try:
        data, _kid, _signature = credential.verified(text)
    except credential.NotACredential:
        return Finding(ALTERED)
    finding = look_up(session, data["code"])
    return replace(finding, data=data, withheld=False) if finding.certificate else Finding(UNKNOWN)


def check_file(session: Session, content: bytes) -> Finding:
    """The standing of an uploaded PDF (or of a credential file alone).

    The whole file is compared, too: a PDF whose visible name was changed may still carry the genuine credential, but
    its bytes differ from those that we draw from it.
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
    if data.get("design") != document.edition():
        return None
    try:
        return document.pdf(data, kid, signature, images.of(session, data)) == content
    except document.CannotRender:
        return None
