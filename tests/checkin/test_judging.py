"""Verdicts, case by case and to the second."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.checkin.scanning import schedule as schedules
from services.checkin.scanning.judging import Direction, Outcome, Passage, Person, Stay, Ticket, Verdict, judge
from tests.checkin.support import AFTERNOON, MORNING, SESSIONS
from tests.facts import wib

SCHEDULE = schedules.make(7, 1, "Asia/Jakarta", SESSIONS)
CONFIRMED = Person("confirmed", wib("09:00", day=1))
SOUND = Ticket()


def passage(at: str, direction=Direction.IN, **more) -> Passage:
    return Passage(uuid.uuid4(), wib(at), direction, **more)


def verdict_at(at: str, person=CONFIRMED, history=None, ticket=SOUND, **more) -> Outcome:
    return judge(ticket, person, SCHEDULE, history or {}, passage(at, **more))


@pytest.mark.parametrize(
    ("at", "verdict", "session", "about"),
    [
        ("07:29:59", Verdict.TOO_EARLY, MORNING, "07:30"),
        ("07:30:00", Verdict.CHECKED_IN, MORNING, None),
        ("08:00:00", Verdict.CHECKED_IN, MORNING, None),
        ("08:14:59", Verdict.CHECKED_IN, MORNING, None),
        ("08:15:00", Verdict.LATE, MORNING, None),
        ("11:59:59", Verdict.LATE, MORNING, None),
        ("12:00:00", Verdict.TOO_EARLY, AFTERNOON, "12:30"),
        ("12:29:59", Verdict.TOO_EARLY, AFTERNOON, "12:30"),
        ("12:30:00", Verdict.CHECKED_IN, AFTERNOON, None),
        ("13:15:00", Verdict.LATE, AFTERNOON, None),
        ("16:59:59", Verdict.LATE, AFTERNOON, None),
        ("17:00:00", Verdict.CLOSED, AFTERNOON, "17:00"),
        ("23:00:00", Verdict.CLOSED, AFTERNOON, "17:00"),
    ],
)
def test_windows_at_the_second(at, verdict, session, about):
    assert verdict_at(at) == Outcome(verdict, session, wib(about) if about else None)


@pytest.mark.parametrize(
    ("at", "session_id", "verdict"),
    [
        ("12:00:00", MORNING, Verdict.CLOSED),
        ("11:00:00", AFTERNOON, Verdict.TOO_EARLY),
        ("08:00:00", MORNING, Verdict.CHECKED_IN),
        # A session that the event does not have (any more): by the schedule.
        ("08:00:00", 999, Verdict.CHECKED_IN),
    ],
)
def test_a_session_chosen_by_hand(at, session_id, verdict):
    assert verdict_at(at, session_id=session_id).verdict is verdict


def test_of_two_open_doors_the_one_that_opened_last():
    afternoon_opens_early = [SESSIONS[0], {**SESSIONS[1], "opens_at": wib("11:30")}]
    overlapping = schedules.make(7, 1, "Asia/Jakarta", afternoon_opens_early)
    assert judge(SOUND, CONFIRMED, overlapping, {}, passage("11:45")).session_id == AFTERNOON


def test_an_event_without_sessions_is_closed():
    assert judge(SOUND, CONFIRMED, schedules.make(7, 1, "Asia/Jakarta", []), {}, passage("08:00")) == Outcome(
        Verdict.CLOSED
    )


def test_a_second_scan_is_already_in_and_a_return_is_not_late():
    inside = {MORNING: (Stay(wib("08:01")),)}
    assert verdict_at("09:00", history=inside) == Outcome(Verdict.ALREADY_IN, MORNING, wib("08:01"))
    left = {MORNING: (Stay(wib("08:01"), wib("09:30")),)}
    assert verdict_at("10:00", history=left) == Outcome(Verdict.CHECKED_IN, MORNING)


def test_leaving_is_never_refused():
    inside = {MORNING: (Stay(wib("08:01")),)}
    out = {"direction": Direction.OUT}
    assert verdict_at("11:00", history=inside, **out) == Outcome(Verdict.CHECKED_OUT, MORNING, wib("08:01"))
    # After the end, the session that the person is in counts, not the clock.
    assert verdict_at("12:10", history=inside, **out).session_id == MORNING
    assert verdict_at("11:00", **out) == Outcome(Verdict.CHECKED_OUT, MORNING)
    assert verdict_at("07:00", **out).verdict is Verdict.TOO_EARLY


@pytest.mark.parametrize(
    ("person", "at", "verdict"),
    [
        (Person("waitlisted", wib("07:00")), "08:00", Verdict.WAITLISTED),
        (Person("cancelled", wib("08:00")), "08:00", Verdict.CANCELLED),
        # A cancellation counts from its own time.
        (Person("cancelled", wib("08:00:01")), "08:00", Verdict.CHECKED_IN),
        # No roster entry yet: the signature is genuine, so they are admitted.
        (None, "08:00", Verdict.PROVISIONAL),
        (None, "07:29:59", Verdict.TOO_EARLY),
    ],
)
def test_status_of_the_person(person, at, verdict):
    assert verdict_at(at, person).verdict is verdict


def test_replaced_and_expired_tickets():
    assert verdict_at("08:00", ticket=Ticket(revoked=True)).verdict is Verdict.REVOKED
    assert verdict_at("08:00", None, ticket=Ticket(expired=True)).verdict is Verdict.REVOKED
    # The roster takes precedence over the date in the code.
    assert verdict_at("08:00", ticket=Ticket(expired=True)).verdict is Verdict.CHECKED_IN


def test_a_later_confirmation_does_not_turn_a_refusal_into_an_arrival():
    promoted = Person("confirmed", wib("09:00"))
    assert verdict_at("08:00", promoted, answered=Verdict.WAITLISTED).verdict is Verdict.WAITLISTED
    assert verdict_at("09:01", promoted, answered=None).verdict is Verdict.LATE


@pytest.mark.parametrize(
    ("at", "person", "verdict", "session"),
    [
        ("07:00", CONFIRMED, Verdict.CHECKED_IN, MORNING),
        ("12:10", CONFIRMED, Verdict.CHECKED_IN, AFTERNOON),
        ("17:05", CONFIRMED, Verdict.LATE, AFTERNOON),
        ("08:00", Person("cancelled", wib("07:00")), Verdict.CHECKED_IN, MORNING),
        ("08:00", Person("waitlisted", wib("07:00")), Verdict.CHECKED_IN, MORNING),
    ],
)
def test_staff_may_overrule(at, person, verdict, session):
    outcome = verdict_at(at, person, overridden=True)
    assert (outcome.verdict, outcome.session_id) == (verdict, session)


def test_staff_may_not_overrule_a_replaced_ticket():
    assert verdict_at("08:00", ticket=Ticket(revoked=True), overridden=True).verdict is Verdict.REVOKED


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Jayapura", "America/Bogota", "Pacific/Kiritimati", "UTC"])
def test_the_windows_are_the_same_in_every_zone(zone):
    """Also where the local day begins on another UTC day: 06:00 in Jayapura is 21:00 UTC the day before."""
    local = datetime(2022, 12, 25, 6, 0, tzinfo=ZoneInfo(zone))
    hours = {"opens_at": 0, "starts_at": 1, "late_after": 2, "closes_at": 20, "ends_at": 20}
    session = {"session_id": 1, "title": "Sesi", **{n: local + timedelta(hours=h) for n, h in hours.items()}}
    schedule = schedules.make(1, 1, zone, [session])
    at = passage("08:00")
    second = timedelta(seconds=1)

    def verdict(instant):
        return judge(SOUND, CONFIRMED, schedule, {}, replace(at, at=instant)).verdict

    assert verdict(local - second) is Verdict.TOO_EARLY
    assert verdict(local) is Verdict.CHECKED_IN
    assert verdict(local + timedelta(hours=2)) is Verdict.LATE
    assert verdict(local + timedelta(hours=20) - second) is Verdict.LATE
    assert verdict(local + timedelta(hours=20)) is Verdict.CLOSED
