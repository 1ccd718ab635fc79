"""Scans come in: one at a time from a door with network, hundreds at once from one that had none.

The scan's id is looked at first, so that a repeated scan gets its first answer. Then the tickets are locked, so that
of two scans of one ticket at the same moment one is judged after the other. Then everything that is known of these
tickets is folded, the new scans among it: that is their answer, and it may change what older ones are worth.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import attendance, audit, truth
from services.checkin.judging import Direction, Verdict
from services.checkin.locking import lock_people, lock_tickets
from services.checkin.models import Attendee, Scan
from services.checkin.reading import Reading, excerpt, read
from services.checkin.schedule import Schedule
from services.checkin.walkins import answered
from shared import clock, keys

# A device that is behind by no more than this may as well have waited for its network: its times are taken as given.
LATENCY = timedelta(seconds=10)


class UnknownEvent(LookupError):
    """The event has not arrived here."""


@dataclass(frozen=True)
class Door:
    """Who scans: ``actor`` is ``device:<id>`` or ``staff:<id>``; the event is theirs to scan for."""

    event_id: int
    actor: str
    device_id: UUID | None = None


@dataclass(frozen=True)
class Request:
    """One scan as a device sends it; exactly one of ticket, participant_id, walk_in_id and undoes is given."""

    scan_id: UUID
    scanned_at: datetime
    ticket: str | None = None
    participant_id: UUID | None = None
    walk_in_id: UUID | None = None
    undoes: UUID | None = None
    session_id: int | None = None
    direction: Direction = Direction.IN
    override_reason: str | None = None
    told: Verdict | None = None


class Answer(NamedTuple):
    """The stored scan, the person if known, and whether it had been answered before."""

    scan: Scan
    attendee: Attendee | None
    repeated: bool


def take_scans(session: Session, door: Door, device_now: datetime, requests: Sequence[Request]) -> list[Answer]:
    """Judge and store a batch; answers in the order of ``requests``. ``device_now`` is the device's own clock.

    Raises UnknownEvent. A scan id that another event has used is answered as an unknown ticket and not stored.
    """
    ids = [request.scan_id for request in requests]
    stored = {scan_id: _own(scan, door) for scan_id, scan in _stored(session, ids).items()}
    fresh = {request.scan_id: request for request in requests if request.scan_id not in stored}
    if fresh:
        stored |= _judge(session, door, device_now, fresh)
    people = _people_of(session, door.event_id, stored.values())
    answers = []
    for scan_id in ids:
        scan, repeated = stored[scan_id], scan_id not in fresh
        fresh.pop(scan_id, None)
        answers.append(Answer(scan, people.get(scan.participant_id) if scan.participant_id else None, repeated))
    return answers


def corrected(scanned_at: datetime, device_now: datetime, received_at: datetime) -> datetime:
    """When the scan really happened: the device's error taken off, and never after it was received."""
    skew = received_at - device_now
    if timedelta(0) <= skew <= LATENCY:
        skew = timedelta(0)
    return min(scanned_at + skew, received_at)


def _judge(session: Session, door: Door, device_now: datetime, fresh: Mapping[UUID, Request]) -> dict[UUID, Scan]:
    schedule = truth.current_schedule(session, door.event_id)
    if schedule is None:
        raise UnknownEvent(door.event_id)
    ring = keys.public_keys("HADIR_TICKET_PUBLIC_KEYS")
    readings = {
        scan_id: read(request.ticket, door.event_id, ring) if request.ticket is not None else Reading()
        for scan_id, request in fresh.items()
    }
    targets = _stored(session, (request.undoes for request in fresh.values() if request.undoes))
    tickets = {reading.ticket_id for reading in readings.values() if reading.ticket_id}
    walk_ins = {request.walk_in_id for request in fresh.values() if request.walk_in_id}
    known = tickets | walk_ins | {id for scan in targets.values() for id in (scan.ticket_id, scan.walk_in_id) if id}
    lock_tickets(session, known)
    roster = Roster.load(session, door.event_id, fresh.values(), readings.values(), targets.values())
    lock_people(session, roster.people)
    # Whoever held the locks may have stored the same scans, or changed these people, while we waited.
    done = _stored(session, fresh)
    roster = Roster.load(session, door.event_id, fresh.values(), readings.values(), targets.values())
    received_at = clock.now()
    scans = {
        scan_id: _scan(door, schedule, roster, request, readings[scan_id], device_now, received_at)
        for scan_id, request in fresh.items()
        if scan_id not in done
    }
    _fold(session, door.event_id, schedule, roster, scans)
    return done | _insert(session, scans)


@dataclass(frozen=True)
class Roster:
    """The people whom a batch is about, by each way to name them."""

    people: Mapping[UUID, Attendee]
    by_ticket: Mapping[UUID, Attendee]
    by_code: Mapping[str, Attendee]
    by_walk_in: Mapping[UUID, Attendee]

    @classmethod
    def load(
        cls,
        session: Session,
        event_id: int,
        requests: Iterable[Request],
        readings: Iterable[Reading],
        targets: Iterable[Scan],
    ) -> "Roster":
        """Everybody named by a ticket (replaced ones too), a typed code, an id, or as the target of an undo."""
        readings, targets = list(readings), list(targets)
        tickets = [reading.ticket_id for reading in readings if reading.ticket_id]
        tickets += [scan.ticket_id for scan in targets if scan.ticket_id]
        codes = [reading.code for reading in readings if reading.code]
        requests = list(requests)
        ids = [request.participant_id for request in requests if request.participant_id]
        by_walk_in = answered(session, event_id, (r.walk_in_id for r in requests if r.walk_in_id))
        ids += by_walk_in.values()
        ids += [scan.participant_id for scan in targets if scan.participant_id]
        named = []
        if tickets:
            named += [Attendee.ticket_id.in_(tickets), Attendee.revoked_ticket_ids.overlap(tickets)]
        if codes:
            named.append(Attendee.code.in_(codes))
        if ids:
            named.append(Attendee.participant_id.in_(ids))
        if not named:
            return cls({}, {}, {}, {})
        query = select(Attendee).where(Attendee.event_id == event_id, Attendee.erased.is_(False), or_(*named))
        rows = list(session.scalars(query.execution_options(populate_existing=True)))
        by_ticket = {ticket_id: row for row in rows for ticket_id in (*row.revoked_ticket_ids, row.ticket_id)}
        people = {row.participant_id: row for row in rows}
        walk_ins = {key: people[person] for key, person in by_walk_in.items() if person in people}
        return cls(people, by_ticket, {row.code: row for row in rows}, walk_ins)

    def find(self, request: Request, reading: Reading) -> Attendee | None:
        """The person whom one scan is about."""
        if request.participant_id:
            return self.people.get(request.participant_id)
        if request.walk_in_id:
            return self.by_walk_in.get(request.walk_in_id)
        if reading.ticket_id:
            return self.by_ticket.get(reading.ticket_id)
        return self.by_code.get(reading.code) if reading.code else None


def _scan(
    door: Door,
    schedule: Schedule,
    roster: Roster,
    request: Request,
    reading: Reading,
    device_now: datetime,
    received_at: datetime,
) -> Scan:
    """The scan as it will be stored, not judged yet but for what is nobody's ticket."""
    attendee = roster.find(request, reading)
    at = corrected(request.scanned_at, device_now, received_at)
    undo = request.undoes is not None
    refused = reading.refused
    if refused is None and attendee is None and not (reading.ticket_id or request.walk_in_id or undo):
        refused = Verdict.UNKNOWN_TICKET
    return Scan(
        scan_id=request.scan_id,
        event_id=door.event_id,
        actor=door.actor,
        device_id=door.device_id,
        direction=Direction.UNDO.value if undo else request.direction.value,
        ticket_id=reading.ticket_id,
        participant_id=attendee.participant_id if attendee else None,
        ticket_revoked=reading.ticket_id != attendee.ticket_id if attendee and reading.ticket_id else None,
        ticket_expired=reading.expires_at is not None and at >= reading.expires_at,
        read_as=excerpt(request.ticket) if refused and request.ticket is not None else None,
        session_id=request.session_id,
        undoes=request.undoes,
        walk_in_id=request.walk_in_id,
        override_reason=request.override_reason,
        told=request.told.value if request.told else None,
        answered=refused.value if refused else "",
        effective=refused.value if refused else "",
        conflict=False,
        scanned_at=request.scanned_at,
        device_now=device_now,
        effective_at=at,
        received_at=received_at,
        schedule_version=schedule.version,
    )


def _fold(session: Session, event_id: int, schedule: Schedule, roster: Roster, scans: Mapping[UUID, Scan]) -> None:
    """Judge the new scans among everything known of the same tickets, and store the attendance that follows."""
    tickets = {scan.ticket_id for scan in scans.values() if scan.ticket_id and not scan.participant_id}
    targets = _stored(session, (scan.undoes for scan in scans.values() if scan.undoes))
    tickets |= {scan.ticket_id for scan in targets.values() if scan.ticket_id and not scan.participant_id}
    touched = (*scans.values(), *targets.values())
    walk_ins = {scan.walk_in_id for scan in touched if scan.walk_in_id and not scan.participant_id}
    known = truth.scans_of(session, event_id, roster.people, tickets, walk_ins)
    known += truth.undos_of(session, event_id, scans)
    everything = [*known, *scans.values()]
    versions = truth.schedules_of(session, event_id, {scan.schedule_version for scan in everything})
    found = []
    for subject, theirs in truth.group(everything).items():
        _queue_up(theirs, scans)
        person = roster.people.get(subject.id)
        folded = truth.fold_scans(theirs, person, versions)
        if person:
            found.append(attendance.Found(subject.id, folded))
        for scan in theirs:
            if scan.scan_id in scans:
                _answer(scan, folded.outcomes[scan.scan_id].about)
                _keep_override(session, scan)
    for scan in scans.values():
        if scan.direction == Direction.UNDO.value and not scan.answered:
            # Its target has not come yet: believed until it does.
            scan.answered = scan.effective = Verdict.UNDONE.value
        scan.conflict = truth.conflicts(scan)
    session.flush()
    attendance.store(session, schedule, found)


def _queue_up(theirs: Iterable[Scan], fresh: Mapping[UUID, Scan]) -> None:
    """At an open door the order of receipt is the order of events.

    Clocks of two devices differ a little: without this, the second of two scans could seem the earlier one, and both
    doors would hear "checked in". Scans that were made while a device was offline keep their own times.
    """
    passages = [scan for scan in theirs if scan.direction != Direction.UNDO.value]
    last = max((scan.effective_at for scan in passages if scan.scan_id not in fresh), default=None)
    live = [s for s in passages if s.scan_id in fresh and s.received_at - s.effective_at <= LATENCY]
    for scan in sorted(live, key=lambda scan: (scan.effective_at, scan.scan_id)):
        if last and scan.effective_at <= last:
            scan.effective_at = last = last + timedelta(microseconds=1)


def _answer(scan: Scan, about: datetime | None) -> None:
    scan.answered, scan.answered_session, scan.answered_about = scan.effective, scan.effective_session, about


def _keep_override(session: Session, scan: Scan) -> None:
    if scan.override_reason is not None:
        audit.note(session, scan.event_id, scan.actor, "override", scan.participant_id, scan.override_reason)


def _insert(session: Session, scans: Mapping[UUID, Scan]) -> dict[UUID, Scan]:
    if not scans:
        return {}
    # A scan of nobody's ticket holds no lock: its double may have come first, and then that one counts.
    rows = [truth.insertable(scan) for scan in scans.values()]
    table: Any = Scan.__table__
    inserted = set(session.scalars(insert(table).on_conflict_do_nothing().returning(table.c.scan_id), rows))
    doubles = _stored(session, scans.keys() - inserted)
    return {**scans, **doubles}


def _own(scan: Scan, door: Door) -> Scan:
    if scan.event_id == door.event_id:
        return scan
    # Somebody guessed, or mixed up, a scan of another event: nothing of it is told here.
    unknown = Verdict.UNKNOWN_TICKET.value
    return Scan(scan_id=scan.scan_id, direction=scan.direction, answered=unknown, effective=unknown, conflict=False)


def _stored(session: Session, ids: Iterable[UUID]) -> dict[UUID, Scan]:
    ids = list(ids)
    if not ids:
        return {}
    return {scan.scan_id: scan for scan in session.scalars(select(Scan).where(Scan.scan_id.in_(ids)))}


def _people_of(session: Session, event_id: int, scans: Iterable[Scan]) -> dict[UUID, Attendee]:
    ids = {scan.participant_id for scan in scans if scan.participant_id}
    if not ids:
        return {}
    rows = session.scalars(select(Attendee).where(Attendee.participant_id.in_(ids), Attendee.event_id == event_id))
    return {row.participant_id: row for row in rows}
