"""The numbers of the live page: arrivals over time, who is in, by partner and by device."""

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.checkin.models import Attendance, Device, Event, RosterEntry, RosterRevision, Scan, WalkIn
from services.checkin.scanning.schedule import Schedule

BIN = timedelta(minutes=15)
# A plot of a week has fewer, wider bars.
_MOST_BINS = 64


class Bar(NamedTuple):
    """Arrivals in [start, start + width), and how many had arrived by its end."""

    start: datetime
    arrived: int
    total: int


class PartnerRow(NamedTuple):
    """One organisation: how many people are registered, came, and are in now."""

    name: str | None
    expected: int
    came: int
    inside: int


class DeviceRow(NamedTuple):
    """One device: how many scans it sent, how many were admitted, how many are conflicts."""

    name: str | None
    scans: int
    admitted: int
    conflicts: int
    last_at: datetime | None


def version(session: Session, event_id: int) -> str:
    """A hash that changes with everything on the live page; cheap enough for fifty pages that poll."""
    parts = (
        session.scalar(select(RosterRevision.revision).where(RosterRevision.event_id == event_id)),
        session.scalar(select(Event.version).where(Event.event_id == event_id)),
        session.execute(
            select(func.max(Attendance.changed_at), func.sum(Attendance.version)).where(Attendance.event_id == event_id)
        ).one(),
        session.scalar(select(func.max(Scan.received_at)).where(Scan.event_id == event_id)),
        session.scalar(select(func.count()).select_from(Scan).where(Scan.event_id == event_id, Scan.conflict)),
        session.execute(select(func.count(), func.sum(WalkIn.answer_version)).where(WalkIn.event_id == event_id)).one(),
        session.scalar(select(func.count()).select_from(Device).where(Device.event_id == event_id)),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def arrivals_over_time(session: Session, schedule: Schedule) -> list[Bar]:
    """Arrivals in all sessions, counted in bins from the first door's opening to the last arrival or closing."""
    if not schedule.items:
        return []
    arrived = session.scalars(
        select(Attendance.arrived_at).where(
            Attendance.event_id == schedule.event_id, Attendance.arrived_at.is_not(None)
        )
    ).all()
    start = min(item.opens_at for item in schedule.items)
    end = max(item.closes_at for item in schedule.items)
    width = BIN * max(1, -(-int((end - start) / BIN) // _MOST_BINS))
    last = max(0, int((end - start - timedelta(microseconds=1)) / width))
    # People admitted early by staff count in the first bar.
    counted = Counter(min(last, max(0, int((at - start) / width))) for at in arrived if at)
    bars, total = [], 0
    for number in range(last + 1):
        total += counted[number]
        bars.append(Bar(start + width * number, counted[number], total))
    return bars


def inside_now(session: Session, schedule: Schedule, now: datetime) -> int:
    """How many people are in an agenda item that has not ended; ``now`` is business time."""
    running = [item.id for item in schedule.items if item.ends_at > now]
    query = select(func.count(Attendance.participant_id.distinct())).where(
        Attendance.event_id == schedule.event_id,
        Attendance.session_id.in_(running),
        Attendance.arrived_at.is_not(None),
        Attendance.left_at.is_(None),
    )
    return session.scalar(query) or 0


def by_partner(session: Session, schedule: Schedule, now: datetime) -> list[PartnerRow]:
    """Numbers by organisation, the largest first; ``now`` is business time."""
    running = [item.id for item in schedule.items if item.ends_at > now]
    still_in = Attendance.session_id.in_(running) & Attendance.left_at.is_(None)
    presence = (
        select(Attendance.participant_id, func.bool_or(still_in).label("inside"))
        .where(Attendance.event_id == schedule.event_id, Attendance.arrived_at.is_not(None))
        .group_by(Attendance.participant_id)
        .subquery()
    )
    expected = func.count().filter(RosterEntry.status == "confirmed")
    rows = session.execute(
        select(
            RosterEntry.organisation,
            expected,
            func.count(presence.c.participant_id),
            func.count().filter(presence.c.inside),
        )
        .outerjoin(presence, presence.c.participant_id == RosterEntry.participant_id)
        .where(RosterEntry.event_id == schedule.event_id, RosterEntry.erased.is_(False))
        .group_by(RosterEntry.organisation)
        .having((expected > 0) | (func.count(presence.c.participant_id) > 0))
        .order_by(expected.desc(), RosterEntry.organisation)
    )
    return [PartnerRow(*row) for row in rows]


def by_device(session: Session, event_id: int) -> list[DeviceRow]:
    """Numbers by device; scans by signed-in staff have no device name."""
    admitted = case((Scan.answered.in_(("checked_in", "late", "provisional")), 1))
    rows = session.execute(
        select(
            Device.name,
            func.count(Scan.scan_id),
            func.count(admitted),
            func.count().filter(Scan.conflict),
            func.max(Scan.received_at),
        )
        .select_from(Scan)
        .outerjoin(Device, Device.id == Scan.device_id)
        .where(Scan.event_id == event_id)
        .group_by(Device.id, Device.name)
        .order_by(Device.name.nulls_last())
    )
    return [DeviceRow(*row) for row in rows]


def conflicts(session: Session, event_id: int) -> list[tuple[Scan, RosterEntry | None, str | None]]:
    """Scans that the door admitted and the fold rejects, newest first, with person and device name."""
    query = (
        select(Scan, RosterEntry, Device.name)
        .outerjoin(RosterEntry, RosterEntry.participant_id == Scan.participant_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .where(Scan.event_id == event_id, Scan.conflict)
        .order_by(Scan.effective_at.desc())
        .limit(100)
    )
    return [(scan, entry, name) for scan, entry, name in session.execute(query)]


def unanswered_walk_ins(session: Session, event_id: int) -> list[WalkIn]:
    """Walk-ins to review: not answered yet, on the waiting list, or refused."""
    query = select(WalkIn).where(WalkIn.event_id == event_id, WalkIn.outcome.is_distinct_from("registered"))
    return list(session.scalars(query.where(WalkIn.name != "").order_by(WalkIn.requested_at.desc()).limit(100)))


def summary(session: Session, event: Event, schedule: Schedule, now: datetime) -> dict[str, Any]:
    """What the live page shows besides the counts by agenda item; ``now`` is business time."""
    return {
        "bars": arrivals_over_time(session, schedule),
        "inside": inside_now(session, schedule, now),
        "partners": by_partner(session, schedule, now),
        "doors": by_device(session, event.event_id),
        "conflicts": conflicts(session, event.event_id),
        "walk_ins": unanswered_walk_ins(session, event.event_id),
    }
