"""Issuing one certificate: its number, its data, its signature, its row, its mail."""

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.certificates.eligibility.standings import Standing
from services.certificates.issuing import numbering
from services.certificates.mail.requests import send_certificate
from services.certificates.models import REPLACED, VALID, Certificate, Event, IssuingProblem, Layout
from services.certificates.rendering import document, images
from services.certificates.rendering.content import content
from services.certificates.signing import credential
from shared import clock, keys, settings


class Issuer:
    """Issues certificates of one event in one transaction, which holds the lock on the series of numbers."""

    def __init__(self, session: Session, event: Event):
        self.session = session
        self.event = event
        self.at: datetime = clock.now().replace(microsecond=0)
        self.signing = keys.signing_key("HADIR_CERTIFICATE_PRIVATE_KEY")
        self.day = self.at.astimezone(ZoneInfo(event.timezone)).date()
        self.series = numbering.lock_series(session, event.organiser_id, event.number_pattern, self.day)
        self.last = self.series.last
        self.layout = session.get(Layout, event.event_id)

    def issue(self, standing: Standing) -> Certificate:
        """The participant's certificate, added to the session; an earlier version is replaced.

        Raises CannotRender; then nothing has changed and no number is used.
        """
        earlier = standing.certificate
        version = earlier.version + 1 if earlier else 1
        base = earlier.base_number if earlier else self._number(self.last + 1)
        data = self._data(standing, version, numbering.with_version(base, version))
        signature = credential.sign(data, self.signing)
        document.pdf(data, self.signing.kid, signature, images.of(self.session, data))
        if earlier is None:
            self.last += 1
        elif earlier.status == VALID:
            self._replace(earlier)
        return self._store(standing, data, signature, base)

    def save_series(self) -> None:
        """Store the last number of the series."""
        self.series.last = self.last

    def _number(self, seq: int) -> str:
        return numbering.number(self.event.number_pattern, self.day, seq)

    def _replace(self, earlier: Certificate) -> None:
        earlier.status = REPLACED
        earlier.status_at = self.at
        # Before the new row is inserted: the unique index allows one valid certificate.
        self.session.flush()

    def _store(self, standing: Standing, data: dict[str, Any], signature: bytes, base: str) -> Certificate:
        participant, earlier = standing.participant, standing.certificate
        certificate = Certificate(
            id=uuid.UUID(data["id"]),
            event_id=participant.event_id,
            participant_id=participant.participant_id,
            version=data["version"],
            organiser_id=self.event.organiser_id,
            number=data["number"],
            base_number=base,
            code=data["code"],
            status_at=self.at,
            issued_at=self.at,
            data=data,
            kid=self.signing.kid,
            signature=signature,
            fact_version=(earlier.fact_version + 1) if earlier else 1,
        )
        self.session.add(certificate)
        self.session.execute(delete(IssuingProblem).where(IssuingProblem.participant_id == participant.participant_id))
        if participant.email:
            send_certificate(self.session, certificate.id, participant.participant_id, participant.email)
        return certificate

    def _data(self, standing: Standing, version: int, number: str) -> dict[str, Any]:
        code = credential.new_code()
        return {
            **content(self.event, standing.participant, self.layout),
            "kind": credential.KIND,
            "id": str(uuid.uuid4()),
            "version": version,
            "number": number,
            "code": code,
            "url": settings.public_url(f"/v/{credential.grouped(code)}"),
            "issued_at": self.at.isoformat(),
            "design": document.edition(),
        }
