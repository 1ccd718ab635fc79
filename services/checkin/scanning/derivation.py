"""From stored scans to attendance: group the scans by person, fold each group, store what changed.

Every change that can alter attendance comes through here: new scans, roster changes, corrections, answers to
walk-ins, a new schedule, and the end of an agenda item. Every caller holds the locks of the people (locking.py).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from services.checkin.models import RosterEntry, Scan
from services.checkin.scanning import loading, storing
from services.checkin.scanning.folding import Entry, Folded, fold, is_conflict
from services.checkin.scanning.judging import Direction, Passage, Person, Ticket, Verdict
from services.checkin.scanning.locking import lock_people
from services.checkin.scanning.schedule import Schedule
from shared.actors import Actor

# A walk-in that registration refused. None of their scans count.
REFUSED = Person("cancelled", datetime.min.replace(tzinfo=UTC))


class Subject(NamedTuple):
    """Whose scans are folded together: a participant's, or those of a ticket or walk-in without a participant yet."""

    kind: str
    id: UUID


Groups = Mapping[Subject, Sequence[Scan]]


def derive(session: Session, event_id: int, people: Mapping[UUID, RosterEntry]) -> None:
    """Derive the attendance of these participants again, also of those who have corrections but no scans."""
    groups = group(loading.scans_of(session, event_id, people))
    schedules = _schedules_of(session, event_id, groups)
    if not schedules:
        return
    folded = dict.fromkeys(people, Folded({}, {}))
    folded |= by_participant(fold_groups(groups, lambda subject: person_of(people[subject.id]), schedules))
    storing.store_attendance(session, schedules[max(schedules)], folded)


def assign_and_derive(session: Session, people: Mapping[UUID, RosterEntry]) -> None:
    """Assign earlier scans of their tickets and walk-ins to these participants, and derive their attendance."""
    _assign(session, people)
    events: dict[int, dict[UUID, RosterEntry]] = defaultdict(dict)
    for participant_id, entry in people.items():
        events[entry.event_id][participant_id] = entry
    for event_id, theirs in events.items():
        derive(session, event_id, theirs)


def derive_events(session: Session, event_ids: Iterable[int]) -> None:
    """Derive the attendance of whole events again, after their schedules changed. Takes the locks itself."""
    ids = {event_id: loading.participants_with_attendance(session, event_id) for event_id in event_ids}
    # All at once: one after the other, two batches could wait for each other.
    lock_people(session, (each for theirs in ids.values() for each in theirs))
    for event_id, theirs in ids.items():
        entries = loading.entries_of(session, theirs)
        derive(session, event_id, {key: entry for key, entry in entries.items() if not entry.erased})


def derive_refused(session: Session, event_id: int, walk_in_ids: Iterable[UUID]) -> None:
    """Registration refused these walk-ins: their arrivals become conflicts to review."""
    groups = group(loading.scans_of(session, event_id, (), (), walk_in_ids))
    fold_groups(groups, lambda _subject: REFUSED, _schedules_of(session, event_id, groups))


def group(scans: Iterable[Scan]) -> dict[Subject, list[Scan]]:
    """Scans by subject; an undo belongs to its target's. Scans without a subject are left out."""
    scans = list({scan.scan_id: scan for scan in scans}.values())
    owners = {scan.scan_id: _subject_of(scan) for scan in scans}
    groups: dict[Subject, list[Scan]] = defaultdict(list)
    for scan in scans:
        subject = owners.get(scan.undoes) if scan.undoes else owners[scan.scan_id]
        if subject:
            groups[subject].append(scan)
    return groups


def fold_groups(
    groups: Groups, person_for: Callable[[Subject], Person | None], schedules: Mapping[int, Schedule]
) -> dict[Subject, Folded]:
    """Fold each subject's scans, and set ``effective`` and ``conflict`` of each scan.

    ``person_for`` gives the person whose status decides, None without a roster entry. ``schedules`` are by version.
    """
    results = {}
    for subject, scans in groups.items():
        folded = fold((_entry(scan, schedules[scan.schedule_version]) for scan in scans), person_for(subject))
        for scan in scans:
            outcome = folded.outcomes[scan.scan_id]
            scan.effective, scan.effective_session = outcome.verdict.value, outcome.session_id
            scan.conflict = is_in_conflict(scan)
        results[subject] = folded
    return results


def by_participant(folded: Mapping[Subject, Folded]) -> dict[UUID, Folded]:
    """The same by the id of the subject."""
    return {subject.id: each for subject, each in folded.items()}


def is_in_conflict(scan: Scan) -> bool:
    """True if the door admitted the scan and the fold rejects it."""
    told = scan.told or scan.answered
    return bool(told) and is_conflict(Verdict(told), Verdict(scan.effective))


def person_of(entry: RosterEntry | None) -> Person | None:
    """The part of a roster entry that a verdict depends on."""
    return Person(entry.status, entry.status_at) if entry else None


def _subject_of(scan: Scan) -> Subject | None:
    if scan.participant_id:
        return Subject("person", scan.participant_id)
    if scan.walk_in_id:
        return Subject("walk-in", scan.walk_in_id)
    return Subject("ticket", scan.ticket_id) if scan.ticket_id else None


def _schedules_of(session: Session, event_id: int, groups: Groups) -> dict[int, Schedule]:
    versions = (scan.schedule_version for scans in groups.values() for scan in scans)
    return loading.schedules_of(session, event_id, versions)


def _assign(session: Session, people: Mapping[UUID, RosterEntry]) -> None:
    """Set the participant of scans that arrived before the roster entry or the answer to the walk-in."""
    owners: dict[UUID, RosterEntry] = {}
    for entry in people.values():
        owners.update(dict.fromkeys((entry.ticket_id, *entry.revoked_ticket_ids), entry))
    for scan in loading.unassigned_scans(session, owners):
        assert scan.ticket_id is not None
        owner = owners[scan.ticket_id]
        if owner.event_id == scan.event_id:
            scan.participant_id = owner.participant_id
            scan.ticket_revoked = scan.ticket_id != owner.ticket_id
    for scan, participant_id in loading.unassigned_walk_in_scans(session, people):
        if participant_id and people[participant_id].event_id == scan.event_id:
            scan.participant_id = participant_id
    session.flush()


def _entry(scan: Scan, schedule: Schedule) -> Entry:
    passage = Passage(
        scan_id=scan.scan_id,
        at=scan.effective_at,
        direction=Direction(scan.direction),
        session_id=scan.session_id,
        overridden=scan.override_reason is not None,
        answered=Verdict(scan.answered) if scan.answered else None,
    )
    ticket = Ticket(revoked=bool(scan.ticket_revoked), expired=scan.ticket_expired)
    return Entry(passage, ticket, schedule, Actor.parse(scan.actor), scan.undoes)
