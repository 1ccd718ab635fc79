"""The fold: neither the order in which scans arrive nor repetition changes the result."""

import uuid
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.checkin.scanning import schedule as schedules
from services.checkin.scanning.folding import Entry, fold, is_conflict
from services.checkin.scanning.judging import Direction, Outcome, Passage, Person, Ticket, Verdict
from shared.actors import Actor
from tests.checkin.support import AFTERNOON, MORNING, SESSIONS
from tests.facts import wib

SCHEDULE = schedules.make(7, 1, "Asia/Jakarta", SESSIONS)
CONFIRMED = Person("confirmed", wib("09:00", day=1))


def entry(at, direction=Direction.IN, actor="device:a", undoes=None, scan_id=None, **more) -> Entry:
    instant = wib(at) if isinstance(at, str) else at
    return Entry(
        Passage(scan_id or uuid.uuid4(), instant, direction, **more), Ticket(), SCHEDULE, Actor.parse(actor), undoes
    )


def undo(target: Entry, at, actor="device:a") -> Entry:
    return entry(at, Direction.UNDO, actor, target.passage.scan_id)


def verdict(folded, which: Entry) -> Verdict:
    return folded.outcomes[which.passage.scan_id].verdict


def test_the_earlier_of_two_offline_scans_checks_in_in_any_order():
    early, later = entry("08:05", actor="device:a"), entry("08:10", actor="device:b")
    for order in ([early, later], [later, early]):
        folded = fold(order, CONFIRMED)
        assert verdict(folded, early) is Verdict.CHECKED_IN
        assert folded.outcomes[later.passage.scan_id] == Outcome(Verdict.ALREADY_IN, MORNING, wib("08:05"))
        assert folded.presence[MORNING].arrived_at == wib("08:05")


def test_an_undo_before_or_after_its_target():
    target = entry("08:05")
    for order in ([target, undo(target, "08:05:30")], [undo(target, "08:05:30"), target]):
        folded = fold(order, CONFIRMED)
        assert verdict(folded, target) is Verdict.UNDONE
        assert folded.presence == {}


def test_an_undo_whose_target_is_unknown_counts_as_done():
    lone = undo(entry("08:05"), "08:05:30")
    assert verdict(fold([lone], CONFIRMED), lone) is Verdict.UNDONE


def test_an_undo_is_for_a_minute_and_for_the_same_device_or_staff():
    target = entry("08:05")
    late, foreign, staff = (
        undo(target, "08:07"),
        undo(target, "08:05:30", "device:b"),
        undo(target, "08:05:30", "staff:x"),
    )
    assert verdict(fold([target, late], CONFIRMED), late) is Verdict.NOT_UNDONE
    assert verdict(fold([target, foreign], CONFIRMED), target) is Verdict.CHECKED_IN
    assert verdict(fold([target, staff], CONFIRMED), target) is Verdict.UNDONE


def test_after_an_undo_the_next_scan_checks_in():
    target, again = entry("08:05"), entry("08:20")
    folded = fold([again, target, undo(target, "08:05:30")], CONFIRMED)
    assert verdict(folded, again) is Verdict.LATE
    assert folded.presence[MORNING].late


def test_going_out_and_coming_back_makes_two_stays():
    folded = fold(
        [
            entry("08:00"),
            entry("09:00", Direction.OUT),
            entry("10:00"),
            entry("11:00", Direction.OUT),
            entry("11:05", Direction.OUT),
        ],
        CONFIRMED,
    )
    presence = folded.presence[MORNING]
    assert [(stay.arrived_at, stay.left_at) for stay in presence.stays] == [
        (wib("08:00"), wib("09:00")),
        (wib("10:00"), wib("11:00")),
    ]
    assert not presence.late


def test_conflicts_are_admissions_that_do_not_count():
    assert is_conflict(Verdict.CHECKED_IN, Verdict.ALREADY_IN)
    assert is_conflict(Verdict.PROVISIONAL, Verdict.CANCELLED)
    assert not is_conflict(Verdict.CHECKED_IN, Verdict.LATE)
    assert not is_conflict(Verdict.CHECKED_IN, Verdict.UNDONE)
    assert not is_conflict(Verdict.ALREADY_IN, Verdict.ALREADY_IN)


@st.composite
def histories(draw):
    """Scans of one ticket at any second of the day, some at the same one, with undos of some of them."""
    seconds = st.integers(min_value=6 * 3600, max_value=18 * 3600)
    entries = []
    for _ in range(draw(st.integers(1, 12))):
        at = wib("00:00") + timedelta(seconds=draw(seconds))
        entries.append(
            entry(
                at,
                draw(st.sampled_from([Direction.IN, Direction.OUT])),
                draw(st.sampled_from(["device:a", "device:b"])),
                scan_id=draw(st.uuids()),
                session_id=draw(st.sampled_from([None, None, MORNING, AFTERNOON])),
                overridden=draw(st.booleans()),
            )
        )
    for target in draw(st.lists(st.sampled_from(entries), max_size=4)):
        later = target.passage.at + timedelta(seconds=draw(st.integers(0, 120)))
        entries.append(undo(target, later, draw(st.sampled_from(["device:a", "device:b", "staff:s"]))))
    return entries


PEOPLE = st.sampled_from(
    [
        None,
        CONFIRMED,
        Person("waitlisted", wib("07:00")),
        Person("cancelled", wib("10:00")),
        Person("confirmed", wib("10:00")),
    ]
)


@given(histories(), PEOPLE, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_attendance(entries, person, random):
    expected = fold(entries, person)
    shuffled = entries + random.choices(entries, k=random.randint(0, 5))
    random.shuffle(shuffled)
    assert fold(shuffled, person) == expected


@given(histories(), PEOPLE)
def test_stays_follow_each_other(entries, person):
    for presence in fold(entries, person).presence.values():
        instants = [at for stay in presence.stays for at in (stay.arrived_at, stay.left_at) if at]
        assert instants == sorted(instants)
        assert all(stay.left_at for stay in presence.stays[:-1])
