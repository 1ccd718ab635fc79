"""A fact's way from outbox to copy and back, through every way in which the broker and the processes fail.

Real relay, workers, PostgreSQL and Valkey. The controls show that the tests can fail.
"""

import os
import signal
import time

import pytest
from sqlalchemy import select

from shared.delivery.models import DeadLetter, Outgoing, RiskyMessage
from tests.delivery import services
from tests.delivery.harness import POINTS, Harness

UNDELIVERED = Outgoing.delivered_at.is_(None)


def all_delivered() -> bool:
    return services.count(services.sender_db, Outgoing, UNDELIVERED) == 0


def test_facts_arrive_and_are_acknowledged(harness: Harness) -> None:
    services.publish_things(range(1200))
    assert harness.comes_true(all_delivered)
    assert services.copies() == dict.fromkeys(range(1200), 1)


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_between_two_steps_loses_nothing(harness: Harness, point: str) -> None:
    deaths = harness.deaths
    services.publish_things(range(20))
    assert harness.comes_true(all_delivered)
    harness.die_at(point)
    services.publish_things({**dict.fromkeys(range(10), 2), **dict.fromkeys(range(100, 110), 1)})
    assert harness.comes_true(lambda: not harness.is_due_to_die(point) and harness.deaths > deaths)
    assert harness.comes_true(all_delivered)
    expected = dict.fromkeys(range(10), 2) | dict.fromkeys([*range(10, 20), *range(100, 110)], 1)
    assert services.copies() == expected
    assert services.count(services.receiver_db, DeadLetter) == 0


def test_flushall_loses_nothing(harness: Harness) -> None:
    _publish_and_flush(harness)
    assert harness.comes_true(all_delivered)
    assert services.copies() == dict.fromkeys(range(1000), 1)


def _publish_and_flush(harness: Harness) -> None:
    """Facts are sent while the receiver does not look, and then the broker forgets everything."""
    os.kill(harness.pid("receiver"), signal.SIGSTOP)
    try:
        services.publish_things(range(1000))
        assert harness.comes_true(lambda: services.count(services.sender_db, Outgoing, Outgoing.attempts > 0) == 1000)
        assert harness.comes_true(lambda: harness.queued("receiver.messages") > 0)
        harness.flush()
    finally:
        os.kill(harness.pid("receiver"), signal.SIGCONT)


def test_control_without_the_resend_flushall_loses_facts(harness: Harness) -> None:
    harness.stop("relay")
    harness.start("relay", resend=3600)
    try:
        _publish_and_flush(harness)
        assert not harness.comes_true(all_delivered, seconds=4)
        assert len(services.copies()) < 1000
    finally:
        harness.stop("relay")
        harness.start("relay")


def test_valkey_stopped_and_started_again(harness: Harness) -> None:
    harness.valkey.stop()
    try:
        services.publish_things(range(50))
        assert not harness.comes_true(all_delivered, seconds=1.5)
    finally:
        harness.valkey.start()
    assert harness.comes_true(all_delivered)
    assert services.copies() == dict.fromkeys(range(50), 1)


def test_a_hanging_valkey_holds_nobody_up_and_is_forgotten_quickly(harness: Harness) -> None:
    services.publish_things(range(5))
    assert harness.comes_true(all_delivered)
    harness.valkey.pause()
    try:
        began = time.monotonic()
        services.publish_things(range(50))
        assert time.monotonic() - began < 0.5
        assert not harness.comes_true(all_delivered, seconds=3)
    finally:
        harness.valkey.resume()
    began = time.monotonic()
    assert harness.comes_true(all_delivered)
    assert time.monotonic() - began < 10
    assert services.copies() == dict.fromkeys(range(50), 1)


def test_the_relay_stops_when_asked_also_while_valkey_hangs(harness: Harness) -> None:
    harness.valkey.pause()
    try:
        services.publish_things(range(5))
        began = time.monotonic()
        harness.stop("relay", sent=signal.SIGTERM)
        assert time.monotonic() - began < 5
    finally:
        harness.valkey.resume()
        harness.start("relay")


def test_postgresql_restarted_under_everybody(harness: Harness) -> None:
    services.publish_things(range(3000))
    # In the midst of it: some batches are claimed, some applied, some answered.
    assert harness.comes_true(lambda: len(services.copies()) > 0)
    harness.postgres.stop()
    harness.postgres.start()
    services.publish_things(range(3000, 3050))
    assert harness.comes_true(all_delivered)
    assert services.copies() == dict.fromkeys(range(3050), 1)
    assert services.count(services.receiver_db, DeadLetter) == 0


def test_a_message_that_kills_its_worker_holds_nobody_up_and_ends_as_a_dead_letter(harness: Harness) -> None:
    services.publish_things({**dict.fromkeys(range(100, 120), 1), 1: 1}, deadly={1})
    assert harness.comes_true(lambda: harness.is_dead("receiver"))
    services.publish_things(range(120, 140))
    # Its neighbours in the same batch, and those that came later.
    assert harness.comes_true(lambda: services.copies() == dict.fromkeys(range(100, 140), 1))
    assert harness.comes_true(all_delivered)
    with services.receiver_db.transaction() as session:
        (letter,) = session.scalars(select(DeadLetter))
        assert (letter.key, "died each time" in letter.error) == ("1", True)
        assert session.scalars(select(RiskyMessage)).all() == []


def test_a_message_that_works_too_long_ends_its_worker_and_holds_nobody_up(harness: Harness) -> None:
    services.publish_things({**dict.fromkeys(range(5), 1), 5: 1}, slow={5})
    assert harness.comes_true(lambda: services.copies() == dict.fromkeys(range(5), 1))
    assert "a task takes too long" in harness.log("receiver")


def test_one_search_of_the_logs_shows_the_whole_way(harness: Harness) -> None:
    with services.on_behalf_of("story-1"):
        services.publish_things({7: 1})
    assert harness.comes_true(all_delivered)
    for name, event in (("relay", "facts-sent"), ("receiver", "facts-applied")):
        assert any(event in line for line in harness.log(name).splitlines() if "story-1" in line)
