"""Taking scans: one at a time from a device that is online, hundreds at once from one that was offline.

The tickets are locked, so that two scans of one ticket at the same moment are judged one after the other. The scan's
id is looked up first, so that a repeated scan gets its first answer. Then all scans of these tickets are folded, the
new ones included: the result is the answer to the new scans, and it may change what earlier scans count as.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from services.checkin import audit
from services.checkin.models import RosterEntry, Scan
from services.checkin.scanning import derivation, storing
from services.checkin.scanning.batches import Known, Roster, lock_and_read
from services.checkin.scanning.judging import Direction, Person, Verdict
from services.checkin.scanning.loading import Names
from services.checkin.scanning.schedule import Schedule
from services.checkin.scanning.ticket_text import TicketText, excerpt, read
from shared import clock, keys
from shared.actors import Actor

# A device clock that seems this little behind may be right, and the network slow: its times are not corrected.
LATENCY = timedelta(seconds=10)


class UnknownEvent(LookupError):
    """The event has not arrived here."""


@dataclass(frozen=True)
class Door:
    """Who scans, a device or signed-in staff, and the event that they may scan for."""

    event_id: int
    actor: Actor
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
    """The stored scan, the person if known, and whether the scan had been answered before."""

    scan: Scan
    entry: RosterEntry | None
    repeated: bool


class Taken(NamedTuple):
    """The answers to a batch, and the schedule by which it was judged."""

    answers: list[Answer]
    schedule: Schedule


def take_scans(session: Session, door: Door, device_now: datetime, requests: Sequence[Request]) -> Taken:
    """Judge and store a batch; answers in the order of ``requests``. ``device_now`` is the device's own clock.

    Raises UnknownEvent. A scan id that another event has used is answered as an unknown ticket and not stored.
    """
    texts = _read_texts(door, requests)
    known = lock_and_read(session, door.event_id, _names(requests, texts))
    if known is None:
        raise UnknownEvent(door.event_id)
    people = known.roster.people
    answered = {scan_id: _own(scan, door) for scan_id, scan in known.scans.items() if scan_id in texts}
    fresh = {request.scan_id: request for request in requests if request.scan_id not in answered}
    if fresh:
        answered |= _take_fresh(session, door, device_now, known, fresh, texts)
    answers = []
    for request in requests:
        scan, repeated = answered[request.scan_id], request.scan_id not in fresh
        fresh.pop(request.scan_id, None)
        answers.append(Answer(scan, people.get(scan.participant_id) if scan.participant_id else None, repeated))
    return Taken(answers, known.current)


def corrected_time(at: datetime, device_now: datetime, received_at: datetime) -> datetime:
    """When something on the device really happened: corrected by the error of its clock, and never after receipt.

    ``at`` and ``device_now`` are the device's clock, ``received_at`` is business time.
    """
    skew = received_at - device_now
    if timedelta(0) <= skew <= LATENCY:
        skew = timedelta(0)
    return min(at + skew, received_at)


def _read_texts(door: Door, requests: Iterable[Request]) -> dict[UUID, TicketText]:
    ring = keys.public_keys("HADIR_TICKET_PUBLIC_KEYS")
    return {
        request.scan_id: read(request.ticket, door.event_id, ring) if request.ticket is not None else TicketText()
        for request in requests
    }


def _names(requests: Sequence[Request], texts: Mapping[UUID, TicketText]) -> Names:
    return Names(
        scans=frozenset(texts),
        tickets=frozenset(text.ticket_id for text in texts.values() if text.ticket_id),
        codes=frozenset(text.code for text in texts.values() if text.code),
        people=frozenset(request.participant_id for request in requests if request.participant_id),
        walk_ins=frozenset(request.walk_in_id for request in requests if request.walk_in_id),
        targets=frozenset(request.undoes for request in requests if request.undoes),
    )


def _take_fresh(
    session: Session,
    door: Door,
    device_now: datetime,
    known: Known,
    fresh: Mapping[UUID, Request],
    texts: Mapping[UUID, TicketText],
) -> dict[UUID, Scan]:
    received_at = clock.now()
    scans = {
        scan_id: _scan(door, known, request, texts[scan_id], device_now, received_at)
        for scan_id, request in fresh.items()
    }
    _derive(session, door, known, scans)
    return storing.insert_scans(session, scans)


def _find(roster: Roster, request: Request, text: TicketText) -> RosterEntry | None:
    """The roster entry of the person named by one scan."""
    if request.participant_id:
        return roster.people.get(request.participant_id)
    if request.walk_in_id:
        return roster.by_walk_in.get(request.walk_in_id)
    if text.ticket_id:
        return roster.by_ticket.get(text.ticket_id)
    return roster.by_code.get(text.code) if text.code else None


def _scan(
    door: Door, known: Known, request: Request, text: TicketText, device_now: datetime, received_at: datetime
) -> Scan:
    """The scan as it will be stored, judged only where it names no ticket of this event."""
    entry = _find(known.roster, request, text)
    at = corrected_time(request.scanned_at, device_now, received_at)
    undo = request.undoes is not None
    refused = text.refused
    if refused is None and entry is None and not (text.ticket_id or request.walk_in_id or undo):
        refused = Verdict.UNKNOWN_TICKET
    return Scan(
        scan_id=request.scan_id,
        event_id=door.event_id,
        actor=str(door.actor),
        device_id=door.device_id,
        direction=Direction.UNDO.value if undo else request.direction.value,
        ticket_id=text.ticket_id,
        participant_id=entry.participant_id if entry else None,
        ticket_revoked=text.ticket_id != entry.ticket_id if entry and text.ticket_id else None,
        ticket_expired=text.expires_at is not None and at >= text.expires_at,
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
        schedule_version=known.current.version,
    )


def _derive(session: Session, door: Door, known: Known, fresh: Mapping[UUID, Scan]) -> None:
    """Judge the new scans among all scans of the same people, and store the attendance that follows."""
    people, refused = known.roster.people, known.roster.refused_walk_ins

    def person_for(subject: derivation.Subject) -> Person | None:
        entry = derivation.person_of(people.get(subject.id))
        return entry or (derivation.REFUSED if subject.id in refused else None)

    earlier = [scan for scan in known.scans.values() if scan.event_id == door.event_id]
    # Scans known only because the batch repeats them are left out: not all that it takes to judge them again was read.
    groups = {
        subject: scans
        for subject, scans in derivation.group([*earlier, *fresh.values()]).items()
        if any(scan.scan_id in fresh for scan in scans)
    }
    for scans in groups.values():
        _order_live_scans(scans, fresh)
    folded = derivation.fold_groups(groups, person_for, known.schedules)
    for subject, scans in groups.items():
        for scan in scans:
            if scan.scan_id in fresh:
                _answer(scan, folded[subject].outcomes[scan.scan_id].about)
                _record_override(session, door, scan)
    for scan in fresh.values():
        if scan.direction == Direction.UNDO.value and not scan.answered:
            # Its target has not arrived yet: it counts as done until then.
            scan.answered = scan.effective = Verdict.UNDONE.value
        scan.conflict = derivation.is_in_conflict(scan)
    session.flush()
    on_roster = {subject: each for subject, each in folded.items() if subject.id in people}
    storing.store_attendance(session, known.current, derivation.by_participant(on_roster))


def _order_live_scans(scans: Iterable[Scan], fresh: Mapping[UUID, Scan]) -> None:
    """Make the order of receipt the order of events, for scans from devices that are online.

    The clocks of two devices differ a little: without this, the second of two scans could seem to be the earlier one,
    and both doors would answer "checked in". Scans made while a device was offline keep their own times.
    """
    passages = [scan for scan in scans if scan.direction != Direction.UNDO.value]
    last = max((scan.effective_at for scan in passages if scan.scan_id not in fresh), default=None)
    live = [s for s in passages if s.scan_id in fresh and s.received_at - s.effective_at <= LATENCY]
    for scan in sorted(live, key=lambda scan: (scan.effective_at, scan.scan_id)):
        if last and scan.effective_at <= last:
            scan.effective_at = last = last + timedelta(microseconds=1)


def _answer(scan: Scan, about: datetime | None) -> None:
    scan.answered, scan.answered_session, scan.answered_about = scan.effective, scan.effective_session, about


def _record_override(session: Session, door: Door, scan: Scan) -> None:
    if scan.override_reason is not None:
        audit.record(
            session,
            door.actor,
            "scan.overridden",
            scan.participant_id,
            event_id=scan.event_id,
            reason=scan.override_reason,
        )


def _own(scan: Scan, door: Door) -> Scan:
    if scan.event_id == door.event_id:
        return scan
    # A scan id of another event, by mistake or by guessing: reveal nothing about that scan.
    unknown = Verdict.UNKNOWN_TICKET.value
    return Scan(scan_id=scan.scan_id, direction=scan.direction, answered=unknown, effective=unknown, conflict=False)
