"""Simultaneous scans; the control shows what the locks are for."""

import contextlib
import threading
import uuid

import pytest

from services.checkin.scanning import batches, loading
from tests.checkin.support import door, participant_fact, request, scan, ticket, verdicts
from tests.facts import wib


def race(where, text) -> list[str]:
    """Two devices scan one ticket; each has read the history before either writes."""
    both_have_read = threading.Barrier(2)
    load, found = loading.scans_of, []

    def load_and_wait(*arguments):
        known = load(*arguments)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_read.wait(timeout=1)
        return known

    def one():
        found.extend(verdicts(scan(where, request(wib("08:00"), text))))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "scans_of", load_and_wait)
        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sorted(found)


def test_two_scans_of_one_ticket_at_once(day, siti):
    assert race(door(), ticket(siti)) == ["already_in", "checked_in"]


def test_two_scans_of_one_ticket_at_once_before_its_row(day):
    assert race(door(), ticket(participant_fact())) == ["already_in", "provisional"]


def test_control_without_the_locks_both_check_in(day, siti, monkeypatch):
    monkeypatch.setattr(batches, "lock_all", lambda *_: None)
    assert race(door(), ticket(siti)) == ["checked_in", "checked_in"]


def test_the_same_scan_twice_at_once_is_stored_once(day, siti):
    entrance, scan_id, found = door(), uuid.uuid4(), []

    def one(text):
        found.extend(verdicts(scan(entrance, request(wib("08:00"), text, scan_id=scan_id))))

    for text in (ticket(siti), "tidak dikenal"):
        threads = [threading.Thread(target=one, args=(text,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == ["checked_in"] * 8
