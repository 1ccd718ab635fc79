"""When which door is open: pure, from the event's own data. Intervals are half-open: [opens_at, closes_at)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts import SESSION_TIMES


@dataclass(frozen=True)
class AgendaItem:
    """One item of the agenda; messages call its id ``session_id``. All instants are aware."""

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
        """Seconds of a stay within [starts_at, ends_at). Without a departure, the stay lasts until the end."""
        start = max(arrived_at, self.starts_at)
        end = min(left_at or self.ends_at, self.ends_at)
        return max(0.0, (end - start).total_seconds())


@dataclass(frozen=True)
class Schedule:
    """The agenda items of an event in the order in which they open, with the version of the event's fact."""

    event_id: int
    version: int
    timezone: str
    items: tuple[AgendaItem, ...]

    def item(self, item_id: int | None) -> AgendaItem | None:
        """The agenda item with that id, or None."""
        return next((item for item in self.items if item.id == item_id), None)

    def open_at(self, at: datetime) -> AgendaItem | None:
        """The item whose door is open at ``at``; if several are, the one that opened last."""
        return next((item for item in reversed(self.items) if item.is_open(at)), None)

    def next_after(self, at: datetime) -> AgendaItem | None:
        """The next item to open after ``at``."""
        return next((item for item in self.items if item.opens_at > at), None)

    def last_before(self, at: datetime) -> AgendaItem | None:
        """The item that opened last, at or before ``at``."""
        return next((item for item in reversed(self.items) if item.opens_at <= at), None)


def make(event_id: int, version: int, timezone: str, items: Iterable[Mapping[str, Any]]) -> Schedule:
    """A schedule from the agenda items as they are stored (ISO instants) or as a fact brings them."""
    made = [
        AgendaItem(
            id=item["session_id"],
            title=item["title"],
            title_en=item.get("title_en"),
            **{name: _instant(item[name]) for name in SESSION_TIMES},
        )
        for item in items
    ]
    return Schedule(event_id, version, timezone, tuple(sorted(made, key=lambda item: (item.opens_at, item.id))))


def dump(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The agenda items of a fact (AgendaItemFact) as JSON data."""
    return [
        {
            **{name: item[name].isoformat() for name in SESSION_TIMES},
            **{name: item[name] for name in ("session_id", "title", "title_en")},
        }
        for item in items
    ]


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
