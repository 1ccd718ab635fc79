"""How many statements the door waits for, for one scan and for a batch of a hundred: more than the bound fails.

Each statement costs about as much as everything else that a request does: from 19 to 10
cut the processor's time by about a third.
"""

import pytest

from tests.checkin.support import counted, door, participant_fact, receive, request, scan, stored, ticket, verdicts
from tests.facts import wib

# Reads: participant, locks, scans, roster entry, schedule, attendance. Writes: attendance, outbox, scan.
FIRST_SCAN = 9
# One more, for undos of earlier scans.
LATER_SCAN = 10


@pytest.mark.parametrize("size", [1, 100])
def test_a_scan_takes_few_statements_alone_and_among_a_hundred(day, size):
    people = [participant_fact(f"Orang {number}") for number in range(size)]
    receive(*people)
    where = door()
    scans = [request(wib("08:00"), ticket(person)) for person in people]
    with counted() as first:
        assert verdicts(scan(where, *scans)) == ["checked_in"] * size
    with counted() as again:
        assert (
            verdicts(scan(where, *(request(wib("08:00"), ticket(person)) for person in people)))
            == ["already_in"] * size
        )
    with counted() as repeated:
        assert verdicts(scan(where, *scans)) == ["checked_in"] * size
    assert (len(first) <= FIRST_SCAN, len(again) <= LATER_SCAN, len(repeated) <= LATER_SCAN) == (True, True, True), (
        "\n\n".join(first)
    )


def test_by_code_by_name_and_an_undo(day, siti):
    where = door()
    by_code = request(wib("08:00"), siti["code"])
    with counted() as code:
        assert verdicts(scan(where, by_code)) == ["checked_in"]
    with counted() as undo:
        assert verdicts(scan(where, request(wib("08:00"), undoes=by_code.scan_id))) == ["undone"]
    with counted() as name:
        assert verdicts(scan(where, request(wib("08:00"), participant_id=siti["participant_id"]))) == ["checked_in"]
    # An undo changes its target, too.
    assert (len(code) <= FIRST_SCAN, len(undo) <= LATER_SCAN + 2, len(name) <= LATER_SCAN) == (True, True, True)


def test_a_repeated_scan_with_another_text_judges_nobody_again(day, siti):
    """The scans that it would take to judge the first one again were not read."""
    where, nobody_yet = door(), ticket(participant_fact())
    day.at(wib("08:01"))
    first, second = (request(wib("08:01"), nobody_yet) for _ in range(2))
    assert verdicts(scan(where, first)) == ["provisional"]
    assert verdicts(scan(where, second)) == ["already_in"]
    swapped = request(wib("08:01"), ticket(siti), scan_id=second.scan_id)
    assert verdicts(scan(where, swapped, request(wib("08:01"), ticket(siti)))) == ["already_in", "checked_in"]
    assert stored(second.scan_id).effective == "already_in"
