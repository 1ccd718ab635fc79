"""Scans come in: one at a time from a door with network, hundreds at once from one that had none.

The tickets are locked, so that of two scans of one ticket at the same moment one is judged after the other. The
scan's id is looked at first, so that a repeated scan gets its first answer. Then everything that is known of these
tickets is folded, the new scans among it: that is their answer, and it may change what older ones are worth.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import attendance, audit, truth
from services.checkin.dossier import Dossier, Named, Roster, open_dossier
from services.checkin.judging import Direction, Verdict
from services.checkin.models import Attendee, Scan
from services.checkin.reading import Reading, excerpt, read
from services.checkin.schedule import Schedule
from shared import clock, keys

# A device that is behind by no more than this may as well have waited for its network: its times are taken as given.
LATENCY = timedelta(seconds=10)

_SCANS: Any = Scan.__table__
_INSERT = insert(_SCANS).on_conflict_do_nothing().returning(_SCANS.c.scan_id)


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


class Taken(NamedTuple):
    """The answers to a batch, and the schedule by which it was judged."""

    answers: list[Answer]
    schedule: Schedule


def take_scans(session: Session, door: Door, device_now: datetime, requests: Sequence[Request]) -> Taken:
    """Judge and store a batch; answers in the order of ``requests``. ``device_now`` is the device's own clock.

    Raises UnknownEvent. A scan id that another event has used is answered as an unknown ticket and not stored.
    """
    readings = _read_all(door, requests)
    dossier = open_dossier(session, door.event_id, _named(requests, readings))
    if dossier is None:
        raise UnknownEvent(door.event_id)
    people = dossier.roster.people
    stored = {scan_id: _own(scan, door) for scan_id, scan in dossier.scans.items() if scan_id in readings}
    fresh = {request.scan_id: request for request in requests if request.scan_id not in stored}
    if fresh:
        stored |= _judge(session, door, device_now, dossier, fresh, readings)
    answers = []
    for request in requests:
        scan, repeated = stored[request.scan_id], request.scan_id not in fresh
        fresh.pop(request.scan_id, None)
        answers.append(Answer(scan, people.get(scan.participant_id) if scan.participant_id else None, repeated))
    return Taken(answers, dossier.current)


def corrected(scanned_at: datetime, device_now: datetime, received_at: datetime) -> datetime:
    """When the scan really happened: the device's error taken off, and never after it was received."""
    skew = received_at - device_now
    if timedelta(0) <= skew <= LATENCY:
        skew = timedelta(0)
    return min(scanned_at + skew, received_at)


def _read_all(door: Door, requests: Iterable[Request]) -> dict[UUID, Reading]:
    ring = keys.public_keys("HADIR_TICKET_PUBLIC_KEYS")
    return {
        request.scan_id: read(request.ticket, door.event_id, ring) if request.ticket is not None else Reading()
        for request in requests
    }


def _named(requests: Sequence[Request], readings: Mapping[UUID, Reading]) -> Named:
    return Named(
        scans=frozenset(readings),
        tickets=frozenset(reading.ticket_id for reading in readings.values() if reading.ticket_id),
        codes=frozenset(reading.code for reading in readings.values() if reading.code),
        people=frozenset(request.participant_id for request in requests if request.participant_id),
        walk_ins=frozenset(request.walk_in_id for request in requests if request.walk_in_id),
        targets=frozenset(request.undoes for request in requests if request.undoes),
    )


def _judge(
    session: Session,
    door: Door,
    device_now: datetime,
    dossier: Dossier,
    fresh: Mapping[UUID, Request],
    readings: Mapping[UUID, Reading],
) -> dict[UUID, Scan]:
    received_at = clock.now()
    scans = {
        scan_id: _scan(door, dossier, request, readings[scan_id], device_now, received_at)
        for scan_id, request in fresh.items()
    }
    _fold(session, door.event_id, dossier, scans)
    return _insert(session, scans)


def _find(roster: Roster, request: Request, reading: Reading) -> Attendee | None:
    """The person whom one scan is about."""
    if request.participant_id:
        return roster.people.get(request.participant_id)
    if request.walk_in_id:
        return roster.by_walk_in.get(request.walk_in_id)
    if reading.ticket_id:
        return roster.by_ticket.get(reading.ticket_id)
    return roster.by_code.get(reading.code) if reading.code else None


def _scan(
    door: Door,
    dossier: Dossier,
    request: Request,
    reading: Reading,
    device_now: datetime,
    received_at: datetime,
) -> Scan:
    """The scan as it will be stored, not judged yet but for what is nobody's ticket."""
    attendee = _find(dossier.roster, request, reading)
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
        schedule_version=dossier.current.version,
    )


def _fold(session: Session, event_id: int, dossier: Dossier, scans: Mapping[UUID, Scan]) -> None:
    """Judge the new scans among everything known of the same tickets, and store the attendance that follows."""
    known = [scan for scan in dossier.scans.values() if scan.event_id == event_id]
    everything = [*known, *scans.values()]
    people = dossier.roster.people
    found = []
    for subject, theirs in truth.group(everything).items():
        if not any(scan.scan_id in scans for scan in theirs):
            # Known only because the batch repeats it: not all that is needed to judge it again is here.
            continue
        _queue_up(theirs, scans)
        refused = truth.REFUSED if subject.id in dossier.roster.refused_walk_ins else None
        folded = truth.fold_scans(theirs, truth.person_of(people.get(subject.id)) or refused, dossier.schedules)
        if subject.id in people:
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
    attendance.store(session, dossier.current, found)


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
    inserted = set(session.scalars(_INSERT, rows))
    lost = scans.keys() - inserted
    doubles = session.scalars(select(Scan).where(Scan.scan_id.in_(lost))) if lost else ()
    return {**scans, **{scan.scan_id: scan for scan in doubles}}


def _own(scan: Scan, door: Door) -> Scan:
    if scan.event_id == door.event_id:
        return scan
    # Somebody guessed, or mixed up, a scan of another event: nothing of it is told here.
    unknown = Verdict.UNKNOWN_TICKET.value
    return Scan(scan_id=scan.scan_id, direction=scan.direction, answered=unknown, effective=unknown, conflict=False)
