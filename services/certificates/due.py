"""Who of an event is due a certificate, and who is not and why: the policy held against the copies we have."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates.eligibility import Presence, Verdict, judge, sessions_of
from services.certificates.models import VALID, Attendance, Certificate, Event, Obstacle, Person


class Standing(NamedTuple):
    """A person, what the policy says of them, and the newest certificate they have (if any)."""

    person: Person
    verdict: Verdict
    certificate: Certificate | None
    obstacle: Obstacle | None = None

    @property
    def is_due(self) -> bool:
        """Whether a certificate is to be made: the first one, or one with the corrected name or role.

        One that was revoked is not made again by itself.
        """
        if not self.verdict.eligible or (self.obstacle and self.obstacle.person_version == self.person.version):
            return False
        return self.certificate is None or (self.certificate.status == VALID and self.is_outdated)

    @property
    def is_outdated(self) -> bool:
        """Whether the certificate names the person otherwise than registration does now."""
        return self.certificate is not None and (
            self.certificate.data["name"] != self.person.name or self.certificate.data["role"] != self.person.role
        )

    @property
    def is_lost(self) -> bool:
        """Whether a certificate is out that the policy would not grant any more."""
        return self.certificate is not None and self.certificate.status == VALID and not self.verdict.eligible


def standings(session: Session, event: Event, only: Collection[uuid.UUID] | None = None) -> list[Standing]:
    """Everybody with a place at the event (or those in ``only``), by name; nobody waitlisted or erased."""
    wanted = [Person.event_id == event.event_id]
    if only is not None:
        wanted.append(Person.participant_id.in_(only))
    people = session.scalars(select(Person).where(*wanted).order_by(Person.participant_id)).all()
    presences, certificates, obstacles = _known(session, event.event_id, only)
    sessions = sessions_of(event.sessions)
    found = [
        Standing(
            person,
            judge(event.policy.get(person.role), sessions, presences[person.participant_id]),
            certificates.get(person.participant_id),
            obstacles.get(person.participant_id),
        )
        for person in people
        if person.status == "confirmed" and person.name and not person.erased
    ]
    return sorted(found, key=lambda standing: (str(standing.person.name).casefold(), standing.person.participant_id))


def _known(
    session: Session, event_id: int, only: Collection[uuid.UUID] | None
) -> tuple[defaultdict[uuid.UUID, list[Presence]], dict[uuid.UUID, Certificate], dict[uuid.UUID, Obstacle]]:
    def of(model: type[Attendance] | type[Certificate] | type[Obstacle]) -> Sequence[object]:
        query = select(model).where(model.event_id == event_id)
        return session.scalars(query if only is None else query.where(model.participant_id.in_(only))).all()

    presences: defaultdict[uuid.UUID, list[Presence]] = defaultdict(list)
    for row in of(Attendance):
        assert isinstance(row, Attendance)
        presences[row.participant_id].append(Presence(row.session_id, row.minutes, row.arrived_at is not None))
    certificates: dict[uuid.UUID, Certificate] = {}
    for row in of(Certificate):
        assert isinstance(row, Certificate)
        earlier = certificates.get(row.participant_id)
        if earlier is None or row.version > earlier.version:
            certificates[row.participant_id] = row
    obstacles = {row.participant_id: row for row in of(Obstacle) if isinstance(row, Obstacle)}
    return presences, certificates, obstacles
