"""Which participants of an event are due a certificate, and why the others are not."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certificates.eligibility.policy import Presence, Reason, Verdict, agenda_of, judge, overrule
from services.certificates.models import VALID, Attendance, Certificate, Decision, Event, IssuingProblem, Participant


class Standing(NamedTuple):
    """A participant, the verdict about them, and their newest certificate (if any)."""

    participant: Participant
    verdict: Verdict
    certificate: Certificate | None
    problem: IssuingProblem | None = None
    decision: Decision | None = None

    @property
    def is_due(self) -> bool:
        """Whether a certificate has to be issued: the first one, or one with the corrected name or role.

        A revoked one is issued again only when an organiser grants it.
        """
        if not self.verdict.eligible or self.is_blocked:
            return False
        if self.certificate is None:
            return True
        if self.certificate.status == VALID:
            return self.is_outdated
        return self.verdict.reason == Reason.GRANTED

    @property
    def is_blocked(self) -> bool:
        """Whether issuing failed with the participant's present data."""
        return self.problem is not None and self.problem.participant_version == self.participant.version

    @property
    def is_outdated(self) -> bool:
        """Whether the certificate has another name or role than registration has now."""
        return self.certificate is not None and (
            self.certificate.data["name"] != self.participant.name
            or self.certificate.data["role"] != self.participant.role
        )

    @property
    def may_be_replaced(self) -> bool:
        """Whether there is a valid certificate that may be replaced by a new version."""
        return self.certificate is not None and self.certificate.status == VALID and self.verdict.eligible

    @property
    def is_lost(self) -> bool:
        """Whether there is a valid certificate that the policy would no longer grant."""
        return self.certificate is not None and self.certificate.status == VALID and not self.verdict.eligible


def standings(session: Session, event: Event, only: Collection[uuid.UUID] | None = None) -> list[Standing]:
    """The confirmed participants of the event (of those in ``only``), by name; nobody waitlisted or erased."""
    wanted = [Participant.event_id == event.event_id]
    if only is not None:
        wanted.append(Participant.participant_id.in_(only))
    participants = session.scalars(select(Participant).where(*wanted)).all()
    known = _Known(session, event.event_id, only)
    agenda = agenda_of(event.sessions)
    found = []
    for participant in participants:
        if participant.status != "confirmed" or not participant.name or participant.erased:
            continue
        key = participant.participant_id
        verdict = judge(event.policy.get(participant.role), agenda, known.presences[key])
        decision = known.decisions.get(key)
        if decision:
            verdict = overrule(verdict, decision.kind, decision.reason)
        found.append(Standing(participant, verdict, known.certificates.get(key), known.problems.get(key), decision))
    return sorted(found, key=lambda row: (str(row.participant.name).casefold(), row.participant.participant_id))


Row = TypeVar("Row", Attendance, Certificate, Decision, IssuingProblem)


class _Known:
    """The rows about the participants of an event, by participant."""

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
        self.problems = {row.participant_id: row for row in of(IssuingProblem)}
