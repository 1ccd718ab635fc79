"""The reference day for every test of checkin."""

import pytest

from tests.checkin import support
from tests.facts import wib


@pytest.fixture
def day(clean, tmp_path, monkeypatch):
    """The reference day, at a clock that stands at 08:00 until the test moves it; the event has arrived."""
    day = support.Day(tmp_path, monkeypatch)
    day.at(wib("08:00"))
    support.receive(support.event_fact())
    return day


@pytest.fixture
def siti(day):
    fact = support.participant_fact()
    support.receive(fact)
    return fact
