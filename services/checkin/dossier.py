"""Everything that is known of whom a batch of scans is about, read once their locks are held.

The door waits for this: it is a handful of statements, whatever the size of the batch
(tests/checkin/test_hot_path.py counts them).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session

from services.checkin import truth
from services.checkin.locking import lock_all
from services.checkin.models import Attendee, Scan, WalkIn
from services.checkin.schedule import Schedule

# Built once: building a statement costs as much as running it. Roster's rows by ticket (replaced ones too), typed
# code, or id.
_TICKETS = bindparam("tickets", type_=ARRAY(PgUUID))
_NAMED = (
    Attendee.event_id == bindparam("event_id"),
    Attendee.erased.is_(False),
    or_(
        Attendee.ticket_id == any_(_TICKETS),
        Attendee.revoked_ticket_ids.overlap(_TICKETS),
        Attendee.code == any_(bindparam("codes", type_=ARRAY(Attendee.code.type))),
        Attendee.participant_id == any_(bindparam("people", type_=ARRAY(PgUUID))),
    ),
)
_WHO = select(Attendee.participant_id).where(*_NAMED)
_ROWS = select(Attendee).where(*_NAMED).execution_options(populate_existing=True)


class Named(NamedTuple):
    """What the scans of a batch name: themselves, and somebody or something by one of five ways."""

    scans: frozenset[UUID]
    tickets: frozenset[UUID] = frozenset()
    codes: frozenset[str] = frozenset()
    people: frozenset[UUID] = frozenset()
    walk_ins: frozenset[UUID] = frozenset()
    targets: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Roster:
    """The people whom a batch is about, by each way to name them."""

    people: Mapping[UUID, Attendee]
    by_ticket: Mapping[UUID, Attendee]
    by_code: Mapping[str, Attendee]
    by_walk_in: Mapping[UUID, Attendee]
    refused_walk_ins: frozenset[UUID]


@dataclass(frozen=True)
class Dossier:
    """Who it is about, and every scan that has to do with them or is named by the batch.

    ``scans`` may hold scans of other events that somebody named; ``schedules`` are by version, ``current`` the newest.
    """

    roster: Roster
    scans: Mapping[UUID, Scan]
    schedules: Mapping[int, Schedule]
    current: Schedule


def open_dossier(session: Session, event_id: int, named: Named) -> Dossier | None:
    """Lock whom ``named`` is about, and read what is known of them; None while the event has not arrived."""
    named, people = _whom(session, event_id, named)
    lock_all(session, named.tickets | named.walk_ins, people)
    scans, roster = _read(session, event_id, named, people)
    # Somebody's row, or the answer to a walk-in, may have come while we waited.
    if missed := roster.people.keys() - people:
        lock_all(session, (), missed)
        scans, roster = _read(session, event_id, named, people | missed)
    schedules = truth.schedules_of(session, event_id, {scan.schedule_version for scan in scans})
    if not schedules:
        return None
    return Dossier(roster, {scan.scan_id: scan for scan in scans}, schedules, schedules[max(schedules)])


def _whom(session: Session, event_id: int, named: Named) -> tuple[Named, set[UUID]]:
    """The batch's names with those of what it takes back; and the participants whom they name, as far as known."""
    people = set(named.people)
    if named.targets:
        query = select(Scan).where(Scan.event_id == event_id, Scan.scan_id.in_(named.targets))
        targets = session.scalars(query).all()
        tickets = {scan.ticket_id for scan in targets if scan.ticket_id}
        walk_ins = {scan.walk_in_id for scan in targets if scan.walk_in_id}
        named = named._replace(tickets=named.tickets | tickets, walk_ins=named.walk_ins | walk_ins)
        people |= {scan.participant_id for scan in targets if scan.participant_id}
    if named.walk_ins:
        people |= {each for each in _answered(session, event_id, named.walk_ins).values() if each}
    if named.tickets or named.codes:
        people |= set(session.scalars(_WHO, _values(event_id, named, ())))
    return named, people


def _read(session: Session, event_id: int, named: Named, people: Iterable[UUID]) -> tuple[list[Scan], Roster]:
    scans = truth.scans_of(session, event_id, people, named.tickets, named.walk_ins, named.scans | named.targets)
    by_walk_in = _answered(session, event_id, named.walk_ins)
    owners = {scan.participant_id for scan in scans if scan.participant_id and scan.event_id == event_id}
    wanted = {*people, *owners, *filter(None, by_walk_in.values())}
    rows = list(session.scalars(_ROWS, _values(event_id, named, wanted)))
    found = {row.participant_id: row for row in rows}
    by_ticket = {ticket_id: row for row in rows for ticket_id in (*row.revoked_ticket_ids, row.ticket_id)}
    walk_ins = {key: found[person] for key, person in by_walk_in.items() if person in found}
    refused = frozenset(key for key, person in by_walk_in.items() if person is None)
    return scans, Roster(found, by_ticket, {row.code: row for row in rows}, walk_ins, refused)


def _values(event_id: int, named: Named, people: Iterable[UUID]) -> dict[str, object]:
    return {"event_id": event_id, "tickets": [*named.tickets], "codes": [*named.codes], "people": [*people]}


def _answered(session: Session, event_id: int, walk_in_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Participants of the walk-ins that registration has answered; None for whom it refused."""
    ids = list(walk_in_ids)
    if not ids:
        return {}
    query = select(WalkIn.walk_in_id, WalkIn.participant_id).where(
        WalkIn.walk_in_id.in_(ids), WalkIn.event_id == event_id, WalkIn.outcome.is_not(None)
    )
    return {row.walk_in_id: row.participant_id for row in session.execute(query)}
