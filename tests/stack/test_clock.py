"""What people type to the clock command."""

from datetime import UTC, datetime, time

import pytest

from stack import clock
from stack.clock import demo_start

NOW = datetime(2022, 12, 24, 18, 0, tzinfo=UTC)  # 01:00 on the 25th in Jakarta


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("17:30", datetime(2022, 12, 25, 10, 30, tzinfo=UTC)),
        ("7:05", datetime(2022, 12, 25, 0, 5, tzinfo=UTC)),
        ("7:29:59", datetime(2022, 12, 25, 0, 29, 59, tzinfo=UTC)),
        ("2022-12-25T17:30+07:00", datetime(2022, 12, 25, 10, 30, tzinfo=UTC)),
        ("2022-12-26T08:00", datetime(2022, 12, 26, 1, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_events_zone(typed: str, meant: datetime) -> None:
    assert clock.parse(typed, NOW) == meant


@pytest.mark.parametrize("typed", ["", "25:00", "noon", "2022-13-01"])
def test_nonsense_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        clock.parse(typed, NOW)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("07:29", "07:00"),
        ("07:30", "08:00"),
        ("15:59", "08:00"),
        ("16:00", "16:00"),
        ("23:45", "23:00"),
        ("00:10", "00:00"),
    ],
)
def test_the_door_of_the_demo_is_open_whatever_the_hour(now, begins):
    assert demo_start(time.fromisoformat(now)) == time.fromisoformat(begins)
