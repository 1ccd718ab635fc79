"""Counts for an event's overview, from the rows as they are now."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.models import Attendance, CertificateCopy, Event, Participant, SeatPool
from services.registration.models.participants import CANCELLED


@dataclass(frozen=True)
class PoolCount:
    """A pool's seats, under the partner's name (None: the open pool)."""

    name: str | None
    partner_id: int | None
    taken: int
    size: int


@dataclass(frozen=True)
class Overview:
    """The counts of one event."""

    statuses: dict[str, int]
    seats: list[PoolCount]
    by_day: list[tuple[date, int]]
    needs: dict[str, int]
    present: int
    certificates: int

    @property
    def size(self) -> int:
        """All seats."""
        return sum(pool.size for pool in self.seats)

    @property
    def taken(self) -> int:
        """Seats that are taken."""
        return sum(pool.taken for pool in self.seats)


def collect(session: Session, event: Event) -> Overview:
    """All counts of ``event``."""
    return Overview(
        statuses=_by_status(session, event),
        seats=_seats(session, event),
        by_day=_sign_ups_by_day(session, event),
        needs=_needs(session, event),
        present=session.scalar(
            select(func.count(Attendance.participant_id.distinct())).where(
                Attendance.event_id == event.id, Attendance.arrived_at.is_not(None)
            )
        )
        or 0,
        certificates=session.scalar(
            select(func.count()).where(CertificateCopy.event_id == event.id, CertificateCopy.status == "valid")
        )
        or 0,
    )


def _by_status(session: Session, event: Event) -> dict[str, int]:
    rows = session.execute(
        select(Participant.status, func.count()).where(Participant.event_id == event.id).group_by(Participant.status)
    )
    return {status: count for status, count in rows}  # noqa: C416 - a Row is no tuple to the type checker


def _seats(session: Session, event: Event) -> list[PoolCount]:
    pools = session.scalars(
        select(SeatPool).where(SeatPool.event_id == event.id).order_by(SeatPool.partner_id.nulls_last())
    )
    return [
        PoolCount(pool.partner.name if pool.partner else None, pool.partner_id, pool.taken, pool.size) for pool in pools
    ]


def _sign_ups_by_day(session: Session, event: Event) -> list[tuple[date, int]]:
    day = func.date(func.timezone(event.timezone, Participant.created_at)).label("day")
    rows = session.execute(
        select(day, func.count()).where(Participant.event_id == event.id).group_by(day).order_by(day)
    )
    return [(on, count) for on, count in rows]


def _needs(session: Session, event: Event) -> dict[str, int]:
    rows = session.scalars(
        select(Participant.needs).where(Participant.event_id == event.id, Participant.status != CANCELLED)
    )
    return dict(Counter(need for needs in rows for need in needs))
