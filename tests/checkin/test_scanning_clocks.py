"""Scans with wrong clocks, late uploads or changed schedules."""

from datetime import timedelta

import pytest

from tests.checkin.support import (
    MORNING,
    attendance,
    door,
    event_fact,
    receive,
    request,
    scan,
    stored,
    ticket,
    verdicts,
)
from tests.facts import wib


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-5), timedelta(hours=9), timedelta(days=-19000), timedelta(0)])
def test_a_clock_that_is_wrong_is_corrected(day, siti, wrong_by):
    """The scan was made 20 minutes before it is sent, at 08:10 by a right clock."""
    day.at(wib("08:30"))
    device_now = wib("08:30") + wrong_by
    (answer,) = scan(door(), request(device_now - timedelta(minutes=20), ticket(siti)), device_now=device_now)
    assert (answer.scan.effective_at, answer.scan.answered) == (wib("08:10"), "checked_in")
    assert answer.scan.scanned_at == device_now - timedelta(minutes=20)


def test_a_slow_request_is_not_a_wrong_clock(day, siti):
    day.at(wib("08:15:03"))
    at = wib("08:14:59")
    (answer,) = scan(door(), request(at, ticket(siti)), device_now=at)
    assert (answer.scan.effective_at, answer.scan.answered) == (at, "checked_in")


def test_a_scan_from_the_future_is_clamped(day, siti):
    (answer,) = scan(door(), request(wib("16:00"), ticket(siti)))
    assert (answer.scan.effective_at, answer.scan.scanned_at) == (wib("08:00"), wib("16:00"))


def test_scans_that_arrive_the_next_day(day, siti):
    day.at(wib("09:00", day=26))
    answers = scan(door(), request(wib("08:00"), ticket(siti)), request(wib("17:00"), ticket(siti)))
    assert verdicts(answers) == ["checked_in", "closed"]
    assert {*attendance(siti)} == {MORNING}


def test_a_schedule_that_changes_leaves_earlier_verdicts_and_counts_new_minutes(day, siti):
    entrance = door()
    day.at(wib("07:20"))
    early = request(wib("07:20"), ticket(siti))
    assert verdicts(scan(entrance, early)) == ["too_early"]
    day.at(wib("08:00"))
    scan(entrance, request(wib("08:00"), ticket(siti)))
    sessions = event_fact()["sessions"]
    longer = [{**sessions[0], "opens_at": wib("07:00"), "ends_at": wib("12:30")}, sessions[1]]
    receive(event_fact(version=2, sessions=longer))
    assert stored(early.scan_id).effective == "too_early"
    assert attendance(siti)[MORNING].minutes == 270
