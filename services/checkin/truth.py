"""From stored scans to the truth about them: load what belongs together, fold it, store what changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, and_, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session

from services.checkin import schedule as schedules
from services.checkin.folding import Entry, Folded, fold, is_conflict
from services.checkin.judging import Direction, Passage, Person, Ticket, Verdict
from services.checkin.models import Attendee, EventSchedule, Scan, WalkIn
from services.checkin.schedule import Schedule


def _ids(name: str) -> Any:
    return any_(bindparam(name, type_=ARRAY(PgUUID)))


# Built once: building a statement costs as much as running it.
_EVENT = bindparam("event_id", type_=BigInteger)
_THEIRS = or_(
    Scan.participant_id == _ids("people"),
    Scan.ticket_id == _ids("tickets"),
    Scan.walk_in_id == _ids("walk_ins"),
    Scan.undoes == _ids("ids"),
)
_SCANS = (
    select(Scan)
    .where(or_(and_(Scan.event_id == _EVENT, _THEIRS), Scan.scan_id == _ids("ids")))
    .execution_options(populate_existing=True)
)
_UNDOS = select(Scan).where(Scan.event_id == _EVENT, Scan.undoes == _ids("targets"))
_NEWEST = select(func.max(EventSchedule.version)).where(EventSchedule.event_id == _EVENT).scalar_subquery()
_SCHEDULES = select(EventSchedule).where(
    EventSchedule.event_id == _EVENT,
    or_(EventSchedule.version == _NEWEST, EventSchedule.version == any_(bindparam("versions", type_=ARRAY(Integer)))),
)


# Somebody whom registration would not have. No scan of theirs counts, whenever it was.
REFUSED = Person("cancelled", datetime.min.replace(tzinfo=UTC))


class Subject(NamedTuple):
    """Whose scans are folded together: a participant, or a ticket or walk-in whose participant is not known yet."""

    kind: str
    id: UUID


def subject_of(scan: Scan) -> Subject | None:
    """Whose the scan is, None when it is nobody's."""
    if scan.participant_id:
        return Subject("person", scan.participant_id)
    if scan.walk_in_id:
        return Subject("walk-in", scan.walk_in_id)
    return Subject("ticket", scan.ticket_id) if scan.ticket_id else None


def current_schedule(session: Session, event_id: int) -> Schedule | None:
    """The newest schedule of an event, None while its event has not arrived."""
    row = session.scalar(
        select(EventSchedule).where(EventSchedule.event_id == event_id).order_by(EventSchedule.version.desc()).limit(1)
    )
    return schedules.make(row.event_id, row.version, row.timezone, row.sessions) if row else None


def schedules_of(session: Session, event_id: int, versions: Iterable[int]) -> dict[int, Schedule]:
    """The schedules of an event that were in force under ``versions``, and the newest; empty when there is none."""
    rows = session.scalars(_SCHEDULES, {"event_id": event_id, "versions": [*set(versions)]})
    return {row.version: schedules.make(row.event_id, row.version, row.timezone, row.sessions) for row in rows}


def scans_of(
    session: Session,
    event_id: int,
    people: Iterable[UUID],
    tickets: Iterable[UUID] = (),
    walk_ins: Iterable[UUID] = (),
    named: Iterable[UUID] = (),
) -> list[Scan]:
    """All scans of these participants, tickets and walk-ins in the event, and the undos that name one of them.

    Also the scans that are ``named`` by their ids, of whatever event, and the undos that came before these.
    """
    ids = set(named)
    values = {"people": [*people], "tickets": [*tickets], "walk_ins": [*walk_ins], "ids": [*ids]}
    # One that is read here may have been changed while its lock was waited for.
    scans = list(session.scalars(_SCANS, {"event_id": event_id, **values}))
    others = {scan.scan_id for scan in scans} - ids
    if others:
        scans += session.scalars(_UNDOS, {"event_id": event_id, "targets": [*others]})
    return list({scan.scan_id: scan for scan in scans}.values())


def group(scans: Iterable[Scan]) -> dict[Subject, list[Scan]]:
    """Scans by whose they are; an undo goes with its target."""
    scans = list({scan.scan_id: scan for scan in scans}.values())
    owners = {scan.scan_id: subject_of(scan) for scan in scans}
    groups: dict[Subject, list[Scan]] = defaultdict(list)
    for scan in scans:
        subject = owners.get(scan.undoes) if scan.undoes else owners[scan.scan_id]
        if subject:
            groups[subject].append(scan)
    return groups


def fold_scans(scans: Sequence[Scan], person: Person | None, versions: Mapping[int, Schedule]) -> Folded:
    """Fold one subject's scans and note on each what it is worth."""
    folded = fold((_entry(scan, versions[scan.schedule_version]) for scan in scans), person)
    for scan in scans:
        outcome = folded.outcomes[scan.scan_id]
        scan.effective, scan.effective_session = outcome.verdict.value, outcome.session_id
        scan.conflict = conflicts(scan)
    return folded


def conflicts(scan: Scan) -> bool:
    """Whether the door let somebody in whom the truth does not count here."""
    told = scan.told or scan.answered
    return bool(told) and is_conflict(Verdict(told), Verdict(scan.effective))


def person_of(attendee: Attendee | None) -> Person | None:
    """What of the roster's row decides."""
    return Person(attendee.status, attendee.status_at) if attendee else None


def refuse(session: Session, event_id: int, walk_in_ids: Iterable[UUID]) -> None:
    """Registration refused these walk-ins: their arrivals become conflicts to look at. The caller holds the locks."""
    groups = group(scans_of(session, event_id, (), (), walk_in_ids))
    versions = schedules_of(session, event_id, (scan.schedule_version for g in groups.values() for scan in g))
    for scans in groups.values():
        fold_scans(scans, REFUSED, versions)


def settle(session: Session, attendees: Mapping[UUID, Attendee]) -> None:
    """Give scans of tickets and walk-ins that were unknown when they came to the participants whose they are."""
    owners: dict[UUID, Attendee] = {}
    for attendee in attendees.values():
        owners.update(dict.fromkeys((attendee.ticket_id, *attendee.revoked_ticket_ids), attendee))
    orphans = select(Scan).where(Scan.ticket_id.in_(owners), Scan.participant_id.is_(None))
    for scan in session.scalars(orphans):
        assert scan.ticket_id is not None
        owner = owners[scan.ticket_id]
        if owner.event_id == scan.event_id:
            scan.participant_id = owner.participant_id
            scan.ticket_revoked = scan.ticket_id != owner.ticket_id
    walked_in = (
        select(Scan, WalkIn.participant_id)
        .join(WalkIn, WalkIn.walk_in_id == Scan.walk_in_id)
        .where(WalkIn.participant_id.in_(list(attendees)), Scan.participant_id.is_(None))
    )
    for scan, participant_id in session.execute(walked_in):
        if participant_id and attendees[participant_id].event_id == scan.event_id:
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
    return Entry(passage, ticket, schedule, scan.actor, scan.undoes)


def insertable(scan: Scan) -> dict[str, Any]:
    """The scan's columns as a row to insert."""
    return {column.name: getattr(scan, column.name) for column in Scan.__table__.columns}
