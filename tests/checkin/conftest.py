"""The hall of every door test."""

import pytest

from tests.checkin import hall


@pytest.fixture
def day(clean, tmp_path, monkeypatch):
    """The reference day, at a clock that stands at 08:00 until the test moves it; the event has arrived."""
    day = hall.Day(tmp_path, monkeypatch)
    day.at(hall.wib("08:00"))
    hall.hear(hall.event_fact())
    return day


@pytest.fixture
def siti(day):
    fact = hall.person_fact()
    hall.hear(fact)
    return fact
