"""Scans are stored once and judged at once; attendance is derived again when more becomes known."""

import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from services.checkin.models import AuditEntry, Scan, db
from services.checkin.scanning import scans
from services.checkin.scanning.judging import Direction, Verdict
from shared import keys
from shared.delivery.models import Outgoing
from tests.checkin.support import (
    AFTERNOON,
    MORNING,
    SECOND,
    attendance,
    door,
    participant_fact,
    published,
    receive,
    request,
    scan,
    stored,
    ticket,
    verdicts,
)
from tests.facts import wib


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
    assert answer.entry is not None
    assert answer.entry.name == "Siti Rahayu"


def test_an_arrival_becomes_attendance_and_is_published(day, siti):
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
    entrance = door()
    for at, direction in (("07:40", "in"), ("09:00", "out"), ("09:30", "in"), ("12:20", "out")):
        day.at(wib(at))
        scan(entrance, request(wib(at), ticket(siti), direction=Direction(direction)))
    row = attendance(siti)[MORNING]
    assert (row.arrived_at, row.left_at, row.minutes) == (wib("07:40"), wib("12:20"), 60 + 150)
    assert [fact["version"] for fact in published()] == [1, 2, 3, 4]


def test_a_repeated_scan_gets_its_first_answer(day, siti):
    entrance, first = door(), request(wib("08:00"), ticket(siti))
    assert verdicts(scan(entrance, first)) == ["checked_in"]
    day.at(wib("17:30"))
    (again,) = scan(entrance, first)
    assert (again.scan.answered, again.repeated) == ("checked_in", True)
    # Twice in one batch too, and with another content under the same id.
    twice = request(wib("17:30"), ticket(siti))
    answers = scan(entrance, twice, twice, request(wib("17:30"), "???", scan_id=first.scan_id))
    assert verdicts(answers) == ["closed", "closed", "checked_in"]
    assert [answer.repeated for answer in answers] == [False, True, True]
    with db.transaction() as session:
        assert len(session.scalars(select(Scan)).all()) == 2


def test_a_second_scan_shows_the_time_of_the_first(day, siti):
    entrance = door()
    scan(entrance, request(wib("08:00"), ticket(siti)))
    day.at(wib("08:20"))
    (answer,) = scan(entrance, request(wib("08:20"), ticket(siti)))
    assert (answer.scan.answered, answer.scan.answered_about) == ("already_in", wib("08:00"))


def test_texts_that_are_not_a_ticket(day, siti):
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


def test_typed_codes_and_tickets_garbled_by_a_keyboard(day, siti):
    typed = f" {siti['code'][:3].lower()}-{siti['code'][3:]} "
    assert verdicts(scan(door(), request(wib("08:00"), typed))) == ["checked_in"]
    assert verdicts(scan(door(), request(wib("08:00"), ticket(siti).lower().strip() + "\r"))) == ["already_in"]


def test_cancelled_waitlisted_and_replaced(day):
    cancelled = participant_fact(status="cancelled", status_at=wib("07:50"))
    waiting = participant_fact(status="waitlisted")
    renewed = participant_fact()
    old = ticket(renewed)
    renewed = {**renewed, "version": 2, "revoked_ticket_ids": [renewed["ticket_id"]], "ticket_id": uuid.uuid4()}
    receive(cancelled, waiting, renewed)
    texts = [ticket(cancelled), ticket(waiting), old, ticket(renewed)]
    answers = scan(door(), *(request(wib("08:00"), text) for text in texts))
    assert verdicts(answers) == ["cancelled", "waitlisted", "revoked", "checked_in"]
    entry = answers[2].entry
    assert entry is not None
    assert entry.name == "Siti Rahayu"


def test_a_cancellation_counts_from_its_own_time(day, siti):
    entrance = door()
    scan(entrance, request(wib("08:00"), ticket(siti)))
    receive({**siti, "version": 2, "status": "cancelled", "status_at": wib("09:00")})
    assert attendance(siti)[MORNING].minutes == 240
    day.at(wib("13:00"))
    assert verdicts(scan(entrance, request(wib("13:00"), ticket(siti)))) == ["cancelled"]


def test_a_scan_before_a_ticket_was_replaced_still_counts(day, siti):
    scan(door(), request(wib("08:00"), ticket(siti)))
    receive({**siti, "version": 2, "ticket_id": uuid.uuid4(), "revoked_ticket_ids": [siti["ticket_id"]]})
    assert attendance(siti)[MORNING].minutes == 240


def test_a_ticket_before_its_roster_entry_is_provisional_and_assigned_later(day):
    siti = participant_fact()
    entrance, first = door(), request(wib("08:00"), ticket(siti))
    assert verdicts(scan(entrance, first)) == ["provisional"]
    assert verdicts(scan(entrance, request(wib("08:00"), ticket(siti)))) == ["already_in"]
    assert attendance(siti) == {}
    receive(siti)
    assert attendance(siti)[MORNING].arrived_at == wib("08:00")
    assert stored(first.scan_id).effective == "checked_in"
    assert not stored(first.scan_id).conflict
    assert verdicts(scan(entrance, first)) == ["provisional"]


def test_a_provisional_scan_of_a_cancelled_person_is_a_conflict(day):
    siti = participant_fact(status="cancelled", status_at=wib("07:00"))
    first = request(wib("08:00"), ticket(siti))
    scan(door(), first)
    receive(siti)
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


def test_the_verdict_given_offline_decides_what_is_a_conflict(day, siti):
    day.at(wib("10:00"))
    scan(door(), request(wib("08:05"), ticket(siti), told=Verdict.CHECKED_IN))
    later = request(wib("08:10"), ticket(siti), told=Verdict.CHECKED_IN)
    assert verdicts(scan(door(), later)) == ["already_in"]
    assert stored(later.scan_id).conflict


@pytest.mark.parametrize("undo_first", [True, False])
def test_an_undo_reverts_an_arrival(day, siti, undo_first):
    entrance, target = door(), request(wib("08:00"), ticket(siti))
    undo = request(wib("08:00:30"), undoes=target.scan_id)
    day.at(wib("08:00:40"))
    for each in (undo, target) if undo_first else (target, undo):
        scan(entrance, each)
    assert (stored(target.scan_id).effective, stored(undo.scan_id).effective) == ("undone", "undone")
    assert all(row.arrived_at is None and row.minutes == 0 for row in attendance(siti).values())
    day.at(wib("08:01"))
    assert verdicts(scan(entrance, request(wib("08:01"), ticket(siti)))) == ["checked_in"]


def test_an_undo_comes_too_late(day, siti):
    entrance, target = door(), request(wib("08:00"), ticket(siti))
    scan(entrance, target)
    day.at(wib("08:10"))
    assert verdicts(scan(entrance, request(wib("08:10"), undoes=target.scan_id))) == ["not_undone"]
    assert attendance(siti)[MORNING].minutes == 240


def test_staff_overrule_with_a_reason_that_is_recorded(day, siti):
    day.at(wib("07:00"))
    early = request(wib("07:00"), ticket(siti), override_reason="Membantu menyiapkan ruangan")
    assert verdicts(scan(door(), early)) == ["checked_in"]
    with db.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "scan.overridden")).one()
    assert (entry.subject, entry.reason) == (str(siti["participant_id"]), "Membantu menyiapkan ruangan")


def test_the_other_session_is_counted_apart(day, siti):
    entrance = door()
    for at in ("08:00", "13:20"):
        day.at(wib(at))
        scan(entrance, request(wib(at), ticket(siti)))
    rows = attendance(siti)
    assert [rows[MORNING].punctuality, rows[AFTERNOON].punctuality] == ["on_time", "late"]
    assert [rows[MORNING].minutes, rows[AFTERNOON].minutes] == [240, 220]


def test_a_batch_of_500(day):
    people = [participant_fact(f"Orang {number}") for number in range(250)]
    receive(*people)
    requests = [request(wib("08:00") - SECOND * number, ticket(who)) for number, who in enumerate(people * 2)]
    answers = scan(door(), *requests)
    assert sorted({*verdicts(answers)}) == ["already_in", "checked_in"]
    assert verdicts(answers).count("checked_in") == 250
    # The earlier scan of each is in the second half: it is the one that checked in.
    assert verdicts(answers[250:]) == ["checked_in"] * 250


def test_an_erased_person_is_unknown_and_leaves_no_text(day, siti):
    entrance = door()
    first = request(wib("08:00"), ticket(siti), override_reason="Siti lupa tiket")
    scan(entrance, first)
    receive({**siti, "version": 2, "erased": True, "name": None, "organisation": None, "status": "cancelled"})
    assert stored(first.scan_id).override_reason == ""
    (answer,) = scan(entrance, first)
    assert answer.entry is None
    with db.transaction() as session:
        assert "Siti" not in str([entry.reason for entry in session.scalars(select(AuditEntry))])
        # Attendance still goes to the others, who count with it: it has no name in it.
        waiting = session.scalars(select(Outgoing)).all()
        assert {fact.type for fact in waiting} == {"checkin.attendance-changed.v1"}
        assert "Siti" not in str([fact.payload for fact in waiting])


def test_an_event_that_has_not_arrived(day):
    with pytest.raises(scans.UnknownEvent):
        scan(door(99), request(wib("08:00"), "K7Q"))
