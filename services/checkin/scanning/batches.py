"""Everything that is known about a batch of scans, read once the locks of its tickets and people are held.

It is a handful of statements, whatever the size of the batch (tests/checkin/test_hot_path.py counts them).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.checkin.models import RosterEntry, Scan
from services.checkin.scanning import loading
from services.checkin.scanning.loading import Names
from services.checkin.scanning.locking import lock_all
from services.checkin.scanning.schedule import Schedule


@dataclass(frozen=True)
class Roster:
    """The people named in a batch, by each way to name them."""

    people: Mapping[UUID, RosterEntry]
    by_ticket: Mapping[UUID, RosterEntry]
    by_code: Mapping[str, RosterEntry]
    by_walk_in: Mapping[UUID, RosterEntry]
    refused_walk_ins: frozenset[UUID]


@dataclass(frozen=True)
class Known:
    """The people named in a batch, all of their scans, and the scans that the batch names.

    ``scans`` may hold scans of other events, if the batch names them. ``schedules`` are by version; ``current`` is
    the newest.
    """

    roster: Roster
    scans: Mapping[UUID, Scan]
    schedules: Mapping[int, Schedule]
    current: Schedule


def lock_and_read(session: Session, event_id: int, names: Names) -> Known | None:
    """Lock what ``names`` names, then read what is known about it; None until the event has arrived."""
    names, people = _resolve(session, event_id, names)
    lock_all(session, names.tickets | names.walk_ins, people)
    scans, roster = _read(session, event_id, names, people)
    # A roster entry or the answer to a walk-in may have arrived while we waited for the locks.
    if missed := roster.people.keys() - people:
        lock_all(session, (), missed)
        scans, roster = _read(session, event_id, names, people | missed)
    schedules = loading.schedules_of(session, event_id, {scan.schedule_version for scan in scans})
    if not schedules:
        return None
    return Known(roster, {scan.scan_id: scan for scan in scans}, schedules, schedules[max(schedules)])


def _resolve(session: Session, event_id: int, names: Names) -> tuple[Names, set[UUID]]:
    """The batch's names and those of the scans it undoes; and the participants they name, as far as known."""
    people = set(names.people)
    if names.targets:
        targets = loading.targets_of(session, event_id, names.targets)
        tickets = {scan.ticket_id for scan in targets if scan.ticket_id}
        walk_ins = {scan.walk_in_id for scan in targets if scan.walk_in_id}
        names = names._replace(tickets=names.tickets | tickets, walk_ins=names.walk_ins | walk_ins)
        people |= {scan.participant_id for scan in targets if scan.participant_id}
    if names.walk_ins:
        people |= {each for each in loading.answered_walk_ins(session, event_id, names.walk_ins).values() if each}
    if names.tickets or names.codes:
        people |= loading.participants_named(session, event_id, names)
    return names, people


def _read(session: Session, event_id: int, names: Names, people: Iterable[UUID]) -> tuple[list[Scan], Roster]:
    scans = loading.scans_of(session, event_id, people, names.tickets, names.walk_ins, names.scans | names.targets)
    by_walk_in = loading.answered_walk_ins(session, event_id, names.walk_ins)
    owners = {scan.participant_id for scan in scans if scan.participant_id and scan.event_id == event_id}
    entries = loading.entries_named(session, event_id, names, {*people, *owners, *filter(None, by_walk_in.values())})
    found = {entry.participant_id: entry for entry in entries}
    by_ticket = {ticket_id: entry for entry in entries for ticket_id in (*entry.revoked_ticket_ids, entry.ticket_id)}
    walk_ins = {key: found[person] for key, person in by_walk_in.items() if person in found}
    refused = frozenset(key for key, person in by_walk_in.items() if person is None)
    return scans, Roster(found, by_ticket, {entry.code: entry for entry in entries}, walk_ins, refused)
