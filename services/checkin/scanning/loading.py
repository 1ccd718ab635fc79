"""Reading the stored state that verdicts and attendance depend on. The door waits for these statements.

They are built once at import: building a statement costs as much as running it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, and_, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session, aliased

from services.checkin.models import Attendance, Correction, EventSchedule, RosterEntry, Scan, WalkIn
from services.checkin.scanning import schedule as schedules
from services.checkin.scanning.schedule import Schedule

# A participant and an agenda item.
Key = tuple[UUID, int]


class Names(NamedTuple):
    """What the scans of a batch name: their own ids, and people or other scans in one of five ways."""

    scans: frozenset[UUID]
    tickets: frozenset[UUID] = frozenset()
    codes: frozenset[str] = frozenset()
    people: frozenset[UUID] = frozenset()
    walk_ins: frozenset[UUID] = frozenset()
    targets: frozenset[UUID] = frozenset()


def _ids(name: str) -> Any:
    return any_(bindparam(name, type_=ARRAY(PgUUID)))


_EVENT = bindparam("event_id", type_=BigInteger)

# Roster entries by ticket (replaced ones too), typed code, or id.
_TICKETS = bindparam("tickets", type_=ARRAY(PgUUID))
_NAMED = (
    RosterEntry.event_id == _EVENT,
    RosterEntry.erased.is_(False),
    or_(
        RosterEntry.ticket_id == any_(_TICKETS),
        RosterEntry.revoked_ticket_ids.overlap(_TICKETS),
        RosterEntry.code == any_(bindparam("codes", type_=ARRAY(RosterEntry.code.type))),
        RosterEntry.participant_id == _ids("people"),
    ),
)
_NAMED_IDS = select(RosterEntry.participant_id).where(*_NAMED)
_NAMED_ENTRIES = select(RosterEntry).where(*_NAMED).execution_options(populate_existing=True)

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


def _of_people(model: Any) -> Any:
    rows = select(model).where(model.event_id == _EVENT, model.participant_id == _ids("people"))
    return aliased(model, rows.subquery())


# Attendance and corrections side by side, in one statement.
_ATTENDANCE, _CORRECTIONS = _of_people(Attendance), _of_people(Correction)
_PRESENCE = select(_ATTENDANCE, _CORRECTIONS).join(
    _CORRECTIONS,
    (_ATTENDANCE.participant_id == _CORRECTIONS.participant_id) & (_ATTENDANCE.session_id == _CORRECTIONS.session_id),
    full=True,
)


def current_schedule(session: Session, event_id: int) -> Schedule | None:
    """The newest schedule of an event; None until the event has arrived."""
    row = session.scalar(
        select(EventSchedule).where(EventSchedule.event_id == event_id).order_by(EventSchedule.version.desc()).limit(1)
    )
    return _schedule(row) if row else None


def schedules_of(session: Session, event_id: int, versions: Iterable[int]) -> dict[int, Schedule]:
    """The schedules with these versions and the newest one, by version; empty until the event has arrived."""
    rows = session.scalars(_SCHEDULES, {"event_id": event_id, "versions": [*set(versions)]})
    return {row.version: _schedule(row) for row in rows}


def scans_of(
    session: Session,
    event_id: int,
    people: Iterable[UUID],
    tickets: Iterable[UUID] = (),
    walk_ins: Iterable[UUID] = (),
    named: Iterable[UUID] = (),
) -> list[Scan]:
    """All scans of these participants, tickets and walk-ins in the event, and the undos that name one of them.

    Includes the scans with the ids ``named``, of any event, and the undos that arrived before their targets.
    """
    ids = set(named)
    values = {"people": [*people], "tickets": [*tickets], "walk_ins": [*walk_ins], "ids": [*ids]}
    # populate_existing: a row may have changed while its lock was waited for.
    scans = list(session.scalars(_SCANS, {"event_id": event_id, **values}))
    others = {scan.scan_id for scan in scans} - ids
    if others:
        scans += session.scalars(_UNDOS, {"event_id": event_id, "targets": [*others]})
    return list({scan.scan_id: scan for scan in scans}.values())


def targets_of(session: Session, event_id: int, scan_ids: Iterable[UUID]) -> list[Scan]:
    """The scans of the event with these ids, which undos name."""
    return list(session.scalars(select(Scan).where(Scan.event_id == event_id, Scan.scan_id.in_(scan_ids))))


def participants_named(session: Session, event_id: int, names: Names) -> set[UUID]:
    """The participants named by the tickets and codes of a batch."""
    return set(session.scalars(_NAMED_IDS, _values(event_id, names, ())))


def entries_named(session: Session, event_id: int, names: Names, people: Iterable[UUID]) -> list[RosterEntry]:
    """The roster entries with these tickets, codes or participant ids; without erased people."""
    return list(session.scalars(_NAMED_ENTRIES, _values(event_id, names, people)))


def entries_of(session: Session, participant_ids: Iterable[UUID]) -> dict[UUID, RosterEntry]:
    """The roster entries of these participants by id, also of erased ones."""
    found = select(RosterEntry).where(RosterEntry.participant_id.in_(list(participant_ids)))
    # populate_existing: an upsert bypasses the session, so rows that the session has loaded are out of date.
    rows = session.scalars(found.execution_options(populate_existing=True))
    return {row.participant_id: row for row in rows}


def answered_walk_ins(session: Session, event_id: int, walk_in_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """The participants of the walk-ins that registration has answered; None for a refused one."""
    ids = list(walk_in_ids)
    if not ids:
        return {}
    query = select(WalkIn.walk_in_id, WalkIn.participant_id).where(
        WalkIn.walk_in_id.in_(ids), WalkIn.event_id == event_id, WalkIn.outcome.is_not(None)
    )
    return {row.walk_in_id: row.participant_id for row in session.execute(query)}


def attendance_of(
    session: Session, event_id: int, people: Iterable[UUID]
) -> tuple[dict[Key, Attendance], dict[Key, Correction]]:
    """Attendance and corrections of these participants, by participant and agenda item."""
    found = session.execute(_PRESENCE, {"event_id": event_id, "people": [*people]}).all()
    return (
        {(row.participant_id, row.session_id): row for row, _ in found if row},
        {(each.participant_id, each.session_id): each for _, each in found if each},
    )


def participants_with_attendance(session: Session, event_id: int) -> list[UUID]:
    """Everybody in the event who was scanned or corrected, sorted."""
    scanned = select(Scan.participant_id).where(Scan.event_id == event_id, Scan.participant_id.is_not(None))
    corrected = select(Correction.participant_id).where(Correction.event_id == event_id)
    return sorted(key for key in session.scalars(scanned.union(corrected)) if key)


def unassigned_scans(session: Session, ticket_ids: Iterable[UUID]) -> list[Scan]:
    """Scans of these tickets that belong to no participant yet."""
    return list(session.scalars(select(Scan).where(Scan.ticket_id.in_(ticket_ids), Scan.participant_id.is_(None))))


def unassigned_walk_in_scans(session: Session, participant_ids: Iterable[UUID]) -> list[tuple[Scan, UUID | None]]:
    """Scans of walk-ins that became these participants, and belong to no participant yet, with the participant."""
    query = (
        select(Scan, WalkIn.participant_id)
        .join(WalkIn, WalkIn.walk_in_id == Scan.walk_in_id)
        .where(WalkIn.participant_id.in_(list(participant_ids)), Scan.participant_id.is_(None))
    )
    return [(scan, participant_id) for scan, participant_id in session.execute(query)]


def _schedule(row: EventSchedule) -> Schedule:
    return schedules.make(row.event_id, row.version, row.timezone, row.sessions)


def _values(event_id: int, names: Names, people: Iterable[UUID]) -> dict[str, object]:
    return {"event_id": event_id, "tickets": [*names.tickets], "codes": [*names.codes], "people": [*people]}
