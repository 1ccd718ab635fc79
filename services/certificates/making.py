"""Making one certificate: its number, its data, its signature, its row, its mail."""

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.certificates import credential, images, numbering, rendering
from services.certificates.content import content
from services.certificates.due import Standing
from services.certificates.models import REPLACED, VALID, Certificate, Event, Layout, Obstacle
from shared import clock, keys, settings
from shared.mail import queue

MAIL_KIND = "certificate"


class Maker:
    """Makes certificates of one event within one transaction, holding the lock on the series of its numbers."""

    def __init__(self, session: Session, event: Event):
        self.session = session
        self.event = event
        self.at: datetime = clock.now().replace(microsecond=0)
        self.signing = keys.signing_key("HADIR_CERTIFICATE_PRIVATE_KEY")
        self.day = self.at.astimezone(ZoneInfo(event.timezone)).date()
        self.series = numbering.lock_series(session, event.organiser_id, event.number_pattern, self.day)
        self.last = self.series.last
        self.layout = session.get(Layout, event.event_id)

    def make(self, standing: Standing) -> Certificate:
        """The person's certificate, added to the session; an earlier version is replaced.

        Raises CannotRender, and then nothing has happened and no number is used.
        """
        earlier = standing.certificate
        version = earlier.version + 1 if earlier else 1
        base = earlier.base_number if earlier else self._number(self.last + 1)
        data = self._data(standing, version, numbering.corrected(base, version))
        signature = credential.sign(data, self.signing)
        rendering.pdf(data, self.signing.kid, signature, images.of(self.session, data))
        if earlier is None:
            self.last += 1
        elif earlier.status == VALID:
            self._replace(earlier)
        return self._store(standing, data, signature, base)

    def close(self) -> None:
        """Write down how far the series has come."""
        self.series.last = self.last

    def _number(self, seq: int) -> str:
        return numbering.number(self.event.number_pattern, self.day, seq)

    def _replace(self, earlier: Certificate) -> None:
        earlier.status = REPLACED
        earlier.status_at = self.at
        # The unique key on live certificates must see this before the new row.
        self.session.flush()

    def _store(self, standing: Standing, data: dict[str, Any], signature: bytes, base: str) -> Certificate:
        person, earlier = standing.person, standing.certificate
        certificate = Certificate(
            id=uuid.UUID(data["id"]),
            event_id=person.event_id,
            participant_id=person.participant_id,
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
        self.session.execute(delete(Obstacle).where(Obstacle.participant_id == person.participant_id))
        if person.email:
            key = f"{MAIL_KIND}:{certificate.id}"
            queue.enqueue(self.session, MAIL_KIND, person.participant_id, person.email, key, certificate.id)
        return certificate

    def _data(self, standing: Standing, version: int, number: str) -> dict[str, Any]:
        code = credential.new_code()
        return {
            **content(self.event, standing.person, self.layout),
            "kind": credential.KIND,
            "id": str(uuid.uuid4()),
            "version": version,
            "number": number,
            "code": code,
            "url": settings.public_url(f"/v/{credential.grouped(code)}"),
            "issued_at": self.at.isoformat(),
            "design": rendering.edition(),
        }
