"""When which door is open: pure, from the event's own data. Intervals are half-open: [opens_at, closes_at)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_WORDS = ("session_id", "title", "title_en")
_TIMES = ("opens_at", "starts_at", "late_after", "closes_at", "ends_at")


@dataclass(frozen=True)
class Session:
    """One item of the agenda. All instants are aware."""

    id: int
    title: str
    title_en: str | None
    opens_at: datetime
    starts_at: datetime
    late_after: datetime
    closes_at: datetime
    ends_at: datetime

    def is_open(self, at: datetime) -> bool:
        """Whether the door admits at ``at``."""
        return self.opens_at <= at < self.closes_at

    def is_late(self, at: datetime) -> bool:
        """Whether an arrival at ``at`` is late: from ``late_after`` on, that second included."""
        return at >= self.late_after

    def seconds(self, arrived_at: datetime, left_at: datetime | None) -> float:
        """Seconds of a stay that fall within [starts_at, ends_at); who never left stayed to the end."""
        start = max(arrived_at, self.starts_at)
        end = min(left_at or self.ends_at, self.ends_at)
        return max(0.0, (end - start).total_seconds())


@dataclass(frozen=True)
class Schedule:
    """The sessions of an event in the order in which they open, under the version of the event's fact."""

    event_id: int
    version: int
    timezone: str
    sessions: tuple[Session, ...]

    def session(self, session_id: int | None) -> Session | None:
        """The session with that id, or None."""
        return next((session for session in self.sessions if session.id == session_id), None)

    def open_at(self, at: datetime) -> Session | None:
        """The session whose door is open at ``at``; of several, the one that opened last."""
        return next((session for session in reversed(self.sessions) if session.is_open(at)), None)

    def next_after(self, at: datetime) -> Session | None:
        """The next session to open after ``at``."""
        return next((session for session in self.sessions if session.opens_at > at), None)

    def last_before(self, at: datetime) -> Session | None:
        """The session that opened last, at or before ``at``."""
        return next((session for session in reversed(self.sessions) if session.opens_at <= at), None)


def make(event_id: int, version: int, timezone: str, sessions: Iterable[Mapping[str, Any]]) -> Schedule:
    """A schedule from the sessions as they are stored (ISO instants) or as a fact brings them."""
    made = [
        Session(
            id=item["session_id"],
            title=item["title"],
            title_en=item.get("title_en"),
            **{name: _instant(item[name]) for name in _TIMES},
        )
        for item in sessions
    ]
    return Schedule(
        event_id, version, timezone, tuple(sorted(made, key=lambda session: (session.opens_at, session.id)))
    )


def dump(sessions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sessions of a fact as JSON data."""
    return [
        {
            **{name: item[name].isoformat() for name in _TIMES},
            **{n: item[n] for n in ("session_id", "title", "title_en")},
        }
        for item in sessions
    ]


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
