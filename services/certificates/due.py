"""Who of an event is due a certificate, and who is not and why: the policy held against the copies we have."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates.eligibility import Presence, Reason, Verdict, judge, overrule, sessions_of
from services.certificates.models import VALID, Attendance, Certificate, Decision, Event, Obstacle, Person


class Standing(NamedTuple):
    """A person, what the policy says of them, and the newest certificate they have (if any)."""

    person: Person
    verdict: Verdict
    certificate: Certificate | None
    obstacle: Obstacle | None = None
    decision: Decision | None = None

    @property
    def is_due(self) -> bool:
        """Whether a certificate is to be made: the first one, or one with the corrected name or role.

        One that was revoked is made again only when an organiser grants it.
        """
        if not self.verdict.eligible or (self.obstacle and self.obstacle.person_version == self.person.version):
            return False
        if self.certificate is None:
            return True
        if self.certificate.status == VALID:
            return self.is_outdated
        return self.verdict.reason == Reason.GRANTED

    @property
    def is_outdated(self) -> bool:
        """Whether the certificate names the person otherwise than registration does now."""
        return self.certificate is not None and (
            self.certificate.data["name"] != self.person.name or self.certificate.data["role"] != self.person.role
        )

    @property
    def may_be_replaced(self) -> bool:
        """Whether a valid certificate could be replaced by one that says the same of the person."""
        return self.certificate is not None and self.certificate.status == VALID and self.verdict.eligible

    @property
    def is_lost(self) -> bool:
        """Whether a certificate is out that the policy would not grant any more."""
        return self.certificate is not None and self.certificate.status == VALID and not self.verdict.eligible


def standings(session: Session, event: Event, only: Collection[uuid.UUID] | None = None) -> list[Standing]:
    """Everybody with a place at the event (or those in ``only``), by name; nobody waitlisted or erased."""
    wanted = [Person.event_id == event.event_id]
    if only is not None:
        wanted.append(Person.participant_id.in_(only))
    people = session.scalars(select(Person).where(*wanted)).all()
    known = _Known(session, event.event_id, only)
    sessions = sessions_of(event.sessions)
    found = []
    for person in people:
        if person.status != "confirmed" or not person.name or person.erased:
            continue
        key = person.participant_id
        verdict = judge(event.policy.get(person.role), sessions, known.presences[key])
        decision = known.decisions.get(key)
        if decision:
            verdict = overrule(verdict, decision.kind, decision.reason)
        found.append(Standing(person, verdict, known.certificates.get(key), known.obstacles.get(key), decision))
    return sorted(found, key=lambda standing: (str(standing.person.name).casefold(), standing.person.participant_id))


Row = TypeVar("Row", Attendance, Certificate, Decision, Obstacle)


class _Known:
    """What is known about the people of an event, by participant."""

    def __init__(self, session: Session, event_id: int, only: Collection[uuid.UUID] | None):
        def of(model: type[Row]) -> Sequence[Row]:
            query = select(model).where(model.event_id == event_id)
            return session.scalars(query if only is None else query.where(model.participant_id.in_(only))).all()

        self.presences: defaultdict[uuid.UUID, list[Presence]] = defaultdict(list)
        for row in of(Attendance):
            presence = Presence(row.session_id, row.minutes, row.arrived_at is not None)
            self.presences[row.participant_id].append(presence)
        # The newest version wins.
        by_version = sorted(of(Certificate), key=lambda row: row.version)
        self.certificates = {row.participant_id: row for row in by_version}
        self.decisions = {row.participant_id: row for row in of(Decision)}
        self.obstacles = {row.participant_id: row for row in of(Obstacle)}
