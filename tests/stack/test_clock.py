"""What people type to the clock command."""

from datetime import UTC, datetime

import pytest

from stack import clock

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
