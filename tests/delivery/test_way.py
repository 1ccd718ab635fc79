"""A fact's way from outbox to copy and back, through every way in which the broker and the processes fail.

Real relay, workers, PostgreSQL and Valkey. The controls show that the tests can fail.
"""

import os
import signal
import time

import pytest
from sqlalchemy import select

from shared.delivery.models import DeadLetter, Outgoing, RiskyMessage
from tests.delivery import things
from tests.delivery.stage import POINTS, Stage

UNDELIVERED = Outgoing.delivered_at.is_(None)


def all_delivered() -> bool:
    return things.count(things.sender_db, Outgoing, UNDELIVERED) == 0


def test_facts_arrive_and_are_acknowledged(stage: Stage) -> None:
    things.tell(range(1200))
    assert stage.comes_true(all_delivered)
    assert things.copies() == dict.fromkeys(range(1200), 1)


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_between_two_steps_loses_nothing(stage: Stage, point: str) -> None:
    deaths = stage.deaths
    things.tell(range(20))
    assert stage.comes_true(all_delivered)
    stage.die_at(point)
    things.tell({**dict.fromkeys(range(10), 2), **dict.fromkeys(range(100, 110), 1)})
    assert stage.comes_true(lambda: not stage.is_due_to_die(point) and stage.deaths > deaths)
    assert stage.comes_true(all_delivered)
    expected = dict.fromkeys(range(10), 2) | dict.fromkeys([*range(10, 20), *range(100, 110)], 1)
    assert things.copies() == expected
    assert things.count(things.receiver_db, DeadLetter) == 0


def test_flushall_loses_nothing(stage: Stage) -> None:
    _publish_and_flush(stage)
    assert stage.comes_true(all_delivered)
    assert things.copies() == dict.fromkeys(range(1000), 1)


def _publish_and_flush(stage: Stage) -> None:
    """Facts are sent while the receiver does not look, and then the broker forgets everything."""
    os.kill(stage.pid("receiver"), signal.SIGSTOP)
    try:
        things.tell(range(1000))
        assert stage.comes_true(lambda: things.count(things.sender_db, Outgoing, Outgoing.attempts > 0) == 1000)
        assert stage.comes_true(lambda: stage.queued("receiver.messages") > 0)
        stage.flush()
    finally:
        os.kill(stage.pid("receiver"), signal.SIGCONT)


def test_control_without_the_resend_flushall_loses_facts(stage: Stage) -> None:
    stage.stop("relay")
    stage.start("relay", resend=3600)
    try:
        _publish_and_flush(stage)
        assert not stage.comes_true(all_delivered, seconds=4)
        assert len(things.copies()) < 1000
    finally:
        stage.stop("relay")
        stage.start("relay")


def test_valkey_stopped_and_started_again(stage: Stage) -> None:
    stage.valkey.stop()
    try:
        things.tell(range(50))
        assert not stage.comes_true(all_delivered, seconds=1.5)
    finally:
        stage.valkey.start()
    assert stage.comes_true(all_delivered)
    assert things.copies() == dict.fromkeys(range(50), 1)


def test_a_hanging_valkey_holds_nobody_up_and_is_forgotten_quickly(stage: Stage) -> None:
    things.tell(range(5))
    assert stage.comes_true(all_delivered)
    stage.valkey.pause()
    try:
        began = time.monotonic()
        things.tell(range(50))
        assert time.monotonic() - began < 0.5
        assert not stage.comes_true(all_delivered, seconds=3)
    finally:
        stage.valkey.resume()
    began = time.monotonic()
    assert stage.comes_true(all_delivered)
    assert time.monotonic() - began < 10
    assert things.copies() == dict.fromkeys(range(50), 1)


def test_the_relay_stops_when_asked_also_while_valkey_hangs(stage: Stage) -> None:
    stage.valkey.pause()
    try:
        things.tell(range(5))
        began = time.monotonic()
        stage.stop("relay", sent=signal.SIGTERM)
        assert time.monotonic() - began < 5
    finally:
        stage.valkey.resume()
        stage.start("relay")


def test_postgresql_restarted_under_everybody(stage: Stage) -> None:
    things.tell(range(3000))
    # In the midst of it: some batches are claimed, some applied, some answered.
    assert stage.comes_true(lambda: len(things.copies()) > 0)
    stage.postgres.stop()
    stage.postgres.start()
    things.tell(range(3000, 3050))
    assert stage.comes_true(all_delivered)
    assert things.copies() == dict.fromkeys(range(3050), 1)
    assert things.count(things.receiver_db, DeadLetter) == 0


def test_a_message_that_kills_its_worker_holds_nobody_up_and_ends_as_a_dead_letter(stage: Stage) -> None:
    things.tell({**dict.fromkeys(range(100, 120), 1), 1: 1}, deadly={1})
    assert stage.comes_true(lambda: stage.is_dead("receiver"))
    things.tell(range(120, 140))
    # Its neighbours in the same batch, and those that came later.
    assert stage.comes_true(lambda: things.copies() == dict.fromkeys(range(100, 140), 1))
    assert stage.comes_true(all_delivered)
    with things.receiver_db.transaction() as session:
        (letter,) = session.scalars(select(DeadLetter))
        assert (letter.key, "died each time" in letter.error) == ("1", True)
        assert session.scalars(select(RiskyMessage)).all() == []


def test_a_message_that_works_too_long_ends_its_worker_and_holds_nobody_up(stage: Stage) -> None:
    things.tell({**dict.fromkeys(range(5), 1), 5: 1}, slow={5})
    assert stage.comes_true(lambda: things.copies() == dict.fromkeys(range(5), 1))
    assert "a task takes too long" in stage.log("receiver")


def test_one_search_of_the_logs_tells_the_story(stage: Stage) -> None:
    with things.on_behalf_of("story-1"):
        things.tell({7: 1})
    assert stage.comes_true(all_delivered)
    for name, event in (("relay", "facts-sent"), ("receiver", "facts-applied")):
        assert any(event in line for line in stage.log(name).splitlines() if "story-1" in line)
