"""Scans are stored once, judged in time, and what becomes known later is derived again."""

import contextlib
import threading
import uuid
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from services.checkin import scanning
from services.checkin.judging import Direction, Verdict
from services.checkin.models import Attendance, AuditEntry, Scan, db
from shared import keys
from shared.delivery.models import Outgoing
from tests.checkin.hall import (
    AFTERNOON,
    MORNING,
    SECOND,
    door,
    event_fact,
    hear,
    person_fact,
    request,
    scan,
    ticket,
    verdicts,
    wib,
)


def attendance(person) -> dict[int, Attendance]:
    with db.transaction() as session:
        rows = session.scalars(select(Attendance).where(Attendance.participant_id == person["participant_id"]))
        return {row.session_id: row for row in rows}


def stored(scan_id) -> Scan:
    with db.transaction() as session:
        found = session.get(Scan, scan_id)
        assert found is not None
        return found


def published() -> list[dict]:
    with db.transaction() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.subscriber == "certificates").order_by(Outgoing.id))
        return [row.payload for row in rows]


@pytest.fixture
def siti(day):
    fact = person_fact()
    hear(fact)
    return fact


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("07:29:59", "too_early"),
        ("07:30:00", "checked_in"),
        ("08:00:00", "checked_in"),
        ("08:15:00", "late"),
        ("16:59:59", "late"),
        ("17:00:00", "closed"),
    ],
)
def test_the_boundaries_of_the_day(day, siti, at, verdict):
    day.at(wib(at))
    (answer,) = scan(door(), request(wib(at), ticket(siti)))
    assert answer.scan.answered == verdict
    assert answer.attendee.name == "Siti Rahayu"


def test_an_arrival_becomes_attendance_and_is_told(day, siti):
    day.at(wib("08:05"))
    scan(door(), request(wib("08:05"), ticket(siti)))
    row = attendance(siti)[MORNING]
    assert (row.arrived_at, row.left_at, row.minutes, row.punctuality, row.version) == (
        wib("08:05"),
        None,
        235,
        "on_time",
        1,
    )
    (fact,) = published()
    assert (fact["participant_id"], fact["session_id"], fact["minutes"]) == (str(siti["participant_id"]), MORNING, 235)


def test_minutes_count_within_the_session_and_without_breaks(day, siti):
    hall = door()
    for at, direction in (("07:40", "in"), ("09:00", "out"), ("09:30", "in"), ("12:20", "out")):
        day.at(wib(at))
        scan(hall, request(wib(at), ticket(siti), direction=Direction(direction)))
    row = attendance(siti)[MORNING]
    assert (row.arrived_at, row.left_at, row.minutes) == (wib("07:40"), wib("12:20"), 60 + 150)
    assert [fact["version"] for fact in published()] == [1, 2, 3, 4]


def test_a_repeated_scan_gets_its_first_answer(day, siti):
    hall, first = door(), request(wib("08:00"), ticket(siti))
    assert verdicts(scan(hall, first)) == ["checked_in"]
    day.at(wib("17:30"))
    (again,) = scan(hall, first)
    assert (again.scan.answered, again.repeated) == ("checked_in", True)
    # Twice in one batch too, and with another content under the same id.
    twice = request(wib("17:30"), ticket(siti))
    answers = scan(hall, twice, twice, request(wib("17:30"), "???", scan_id=first.scan_id))
    assert verdicts(answers) == ["closed", "closed", "checked_in"]
    assert [answer.repeated for answer in answers] == [False, True, True]
    with db.transaction() as session:
        assert len(session.scalars(select(Scan)).all()) == 2


def test_a_second_scan_says_since_when(day, siti):
    hall = door()
    scan(hall, request(wib("08:00"), ticket(siti)))
    day.at(wib("08:20"))
    (answer,) = scan(hall, request(wib("08:20"), ticket(siti)))
    assert (answer.scan.answered, answer.scan.answered_about) == ("already_in", wib("08:00"))


def test_texts_that_are_nobodys_ticket(day, siti):
    forger = keys.SigningKey(1, Ed25519PrivateKey.generate())
    genuine = ticket(siti)
    texts = {
        "wrong_event": ticket(siti, event_id=8),
        "bad_signature": ticket(siti, signing=forger),
        "unknown_ticket": "https://example.org/",
    }
    odd = ["", "\x00", "\ud800", "EV1:", "EV1:é", genuine[:-3], "x" * 7000, "EV1:" + "Z" * 135, "😀" * 50, "ß" * 20]
    answers = scan(door(), *(request(wib("08:00"), text) for text in [*texts.values(), *odd]))
    assert verdicts(answers)[:3] == list(texts)
    assert {*verdicts(answers)[3:]} <= {"unknown_ticket", "bad_signature"}
    assert attendance(siti) == {}


def test_typed_codes_and_tickets_that_a_keyboard_garbled(day, siti):
    typed = f" {siti['code'][:3].lower()}-{siti['code'][3:]} "
    assert verdicts(scan(door(), request(wib("08:00"), typed))) == ["checked_in"]
    assert verdicts(scan(door(), request(wib("08:00"), ticket(siti).lower().strip() + "\r"))) == ["already_in"]


def test_cancelled_waitlisted_and_replaced(day):
    cancelled = person_fact(status="cancelled", status_at=wib("07:50"))
    waiting = person_fact(status="waitlisted")
    renewed = person_fact()
    old = ticket(renewed)
    renewed = {**renewed, "version": 2, "revoked_ticket_ids": [renewed["ticket_id"]], "ticket_id": uuid.uuid4()}
    hear(cancelled, waiting, renewed)
    texts = [ticket(cancelled), ticket(waiting), old, ticket(renewed)]
    answers = scan(door(), *(request(wib("08:00"), text) for text in texts))
    assert verdicts(answers) == ["cancelled", "waitlisted", "revoked", "checked_in"]
    assert answers[2].attendee.name == "Siti Rahayu"


def test_a_cancellation_counts_from_its_own_time(day, siti):
    hall = door()
    scan(hall, request(wib("08:00"), ticket(siti)))
    hear({**siti, "version": 2, "status": "cancelled", "status_at": wib("09:00")})
    assert attendance(siti)[MORNING].minutes == 240
    day.at(wib("13:00"))
    assert verdicts(scan(hall, request(wib("13:00"), ticket(siti)))) == ["cancelled"]


def test_a_scan_before_a_ticket_was_replaced_still_counts(day, siti):
    scan(door(), request(wib("08:00"), ticket(siti)))
    hear({**siti, "version": 2, "ticket_id": uuid.uuid4(), "revoked_ticket_ids": [siti["ticket_id"]]})
    assert attendance(siti)[MORNING].minutes == 240


def test_a_ticket_before_its_roster_row_is_provisional_and_settled_by_itself(day):
    siti = person_fact()
    hall, first = door(), request(wib("08:00"), ticket(siti))
    assert verdicts(scan(hall, first)) == ["provisional"]
    assert verdicts(scan(hall, request(wib("08:00"), ticket(siti)))) == ["already_in"]
    assert attendance(siti) == {}
    hear(siti)
    assert attendance(siti)[MORNING].arrived_at == wib("08:00")
    assert stored(first.scan_id).effective == "checked_in"
    assert not stored(first.scan_id).conflict
    assert verdicts(scan(hall, first)) == ["provisional"]


def test_a_provisional_scan_of_somebody_who_had_cancelled_is_a_conflict(day):
    siti = person_fact(status="cancelled", status_at=wib("07:00"))
    first = request(wib("08:00"), ticket(siti))
    scan(door(), first)
    hear(siti)
    assert (stored(first.scan_id).effective, stored(first.scan_id).conflict) == ("cancelled", True)
    assert attendance(siti) == {}


def test_offline_devices_in_either_order(day, siti):
    early, later = request(wib("08:05"), ticket(siti)), request(wib("08:10"), ticket(siti))
    day.at(wib("10:00"))
    assert verdicts(scan(door(), later)) == ["checked_in"]
    assert verdicts(scan(door(), early)) == ["checked_in"]
    assert attendance(siti)[MORNING].arrived_at == wib("08:05")
    assert (stored(later.scan_id).effective, stored(later.scan_id).conflict) == ("already_in", True)
    assert (stored(early.scan_id).effective, stored(early.scan_id).conflict) == ("checked_in", False)


def test_at_an_open_door_the_order_of_receipt_decides(day, siti):
    """A device a little behind must not admit a second person with the same ticket."""
    day.at(wib("08:05:03"))
    assert verdicts(scan(door(), request(wib("08:05:02"), ticket(siti)))) == ["checked_in"]
    second = request(wib("08:05:00"), ticket(siti))
    assert verdicts(scan(door(), second, device_now=wib("08:05:01"))) == ["already_in"]
    assert attendance(siti)[MORNING].arrived_at == wib("08:05:02")
    assert not stored(second.scan_id).conflict


def test_what_a_device_told_the_door_decides_what_is_a_conflict(day, siti):
    day.at(wib("10:00"))
    scan(door(), request(wib("08:05"), ticket(siti), told=Verdict.CHECKED_IN))
    later = request(wib("08:10"), ticket(siti), told=Verdict.CHECKED_IN)
    assert verdicts(scan(door(), later)) == ["already_in"]
    assert stored(later.scan_id).conflict


@pytest.mark.parametrize("undo_first", [True, False])
def test_an_undo_takes_an_arrival_back(day, siti, undo_first):
    hall, target = door(), request(wib("08:00"), ticket(siti))
    undo = request(wib("08:00:30"), undoes=target.scan_id)
    day.at(wib("08:00:40"))
    for each in (undo, target) if undo_first else (target, undo):
        scan(hall, each)
    assert (stored(target.scan_id).effective, stored(undo.scan_id).effective) == ("undone", "undone")
    assert all(row.arrived_at is None and row.minutes == 0 for row in attendance(siti).values())
    day.at(wib("08:01"))
    assert verdicts(scan(hall, request(wib("08:01"), ticket(siti)))) == ["checked_in"]


def test_an_undo_comes_too_late(day, siti):
    hall, target = door(), request(wib("08:00"), ticket(siti))
    scan(hall, target)
    day.at(wib("08:10"))
    assert verdicts(scan(hall, request(wib("08:10"), undoes=target.scan_id))) == ["not_undone"]
    assert attendance(siti)[MORNING].minutes == 240


def test_staff_overrule_with_a_reason_that_is_kept(day, siti):
    day.at(wib("07:00"))
    early = request(wib("07:00"), ticket(siti), override_reason="Membantu menyiapkan ruangan")
    assert verdicts(scan(door(), early)) == ["checked_in"]
    with db.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "override")).one()
    assert (entry.subject, entry.reason) == (siti["participant_id"], "Membantu menyiapkan ruangan")


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
    hall = door()
    day.at(wib("07:20"))
    early = request(wib("07:20"), ticket(siti))
    assert verdicts(scan(hall, early)) == ["too_early"]
    day.at(wib("08:00"))
    scan(hall, request(wib("08:00"), ticket(siti)))
    sessions = event_fact()["sessions"]
    longer = [{**sessions[0], "opens_at": wib("07:00"), "ends_at": wib("12:30")}, sessions[1]]
    hear(event_fact(version=2, sessions=longer))
    assert stored(early.scan_id).effective == "too_early"
    assert attendance(siti)[MORNING].minutes == 270


def test_the_other_session_is_counted_apart(day, siti):
    hall = door()
    for at in ("08:00", "13:20"):
        day.at(wib(at))
        scan(hall, request(wib(at), ticket(siti)))
    rows = attendance(siti)
    assert [rows[MORNING].punctuality, rows[AFTERNOON].punctuality] == ["on_time", "late"]
    assert [rows[MORNING].minutes, rows[AFTERNOON].minutes] == [240, 220]


def test_a_batch_of_500(day):
    people = [person_fact(f"Orang {number}") for number in range(250)]
    hear(*people)
    requests = [request(wib("08:00") - SECOND * number, ticket(who)) for number, who in enumerate(people * 2)]
    answers = scan(door(), *requests)
    assert sorted({*verdicts(answers)}) == ["already_in", "checked_in"]
    assert verdicts(answers).count("checked_in") == 250
    # The earlier scan of each is in the second half: it is the one that checked in.
    assert verdicts(answers[250:]) == ["checked_in"] * 250


def test_an_erased_person_is_unknown_and_leaves_no_words(day, siti):
    hall = door()
    first = request(wib("08:00"), ticket(siti), override_reason="Siti lupa tiket")
    scan(hall, first)
    hear({**siti, "version": 2, "erased": True, "name": None, "organisation": None, "status": "cancelled"})
    assert stored(first.scan_id).override_reason == ""
    (answer,) = scan(hall, first)
    assert answer.attendee.name is None
    with db.transaction() as session:
        assert "Siti" not in str([entry.reason for entry in session.scalars(select(AuditEntry))])
        keys_waiting = session.scalars(select(Outgoing.key)).all()
    assert not [key for key in keys_waiting if key.startswith(str(siti["participant_id"]))]


def race(where, text) -> list[str]:
    """Two devices scan one ticket; each has read the history before either writes."""
    both_have_read = threading.Barrier(2)
    load, found = scanning.truth.scans_of, []

    def load_and_wait(*arguments):
        known = load(*arguments)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_read.wait(timeout=1)
        return known

    def one():
        found.extend(verdicts(scan(where, request(wib("08:00"), text))))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning.truth, "scans_of", load_and_wait)
        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sorted(found)


def test_two_scans_of_one_ticket_at_once(day, siti):
    assert race(door(), ticket(siti)) == ["already_in", "checked_in"]


def test_two_scans_of_one_ticket_at_once_before_its_row(day):
    assert race(door(), ticket(person_fact())) == ["already_in", "provisional"]


def test_control_without_the_locks_both_check_in(day, siti, monkeypatch):
    monkeypatch.setattr(scanning, "lock_tickets", lambda *_: None)
    monkeypatch.setattr(scanning, "lock_people", lambda *_: None)
    assert race(door(), ticket(siti)) == ["checked_in", "checked_in"]


def test_the_same_scan_twice_at_once_is_stored_once(day, siti):
    hall, scan_id, found = door(), uuid.uuid4(), []

    def one(text):
        found.extend(verdicts(scan(hall, request(wib("08:00"), text, scan_id=scan_id))))

    for text in (ticket(siti), "tidak dikenal"):
        threads = [threading.Thread(target=one, args=(text,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == ["checked_in"] * 8


def test_an_event_that_is_not_known_here(day):
    with pytest.raises(scanning.UnknownEvent):
        scan(door(99), request(wib("08:00"), "K7Q"))
