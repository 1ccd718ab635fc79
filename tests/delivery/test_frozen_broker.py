"""A broker that hangs with its connections open, again and again, under load: afterwards everything is delivered.

Here with the relay and workers of two small services; tests/chaos/ does the same to the whole system.
"""

import time
from collections.abc import Iterator

import pytest

from shared.delivery.models import Outgoing
from tests.delivery import things
from tests.delivery.stage import Stage

UNDELIVERED = Outgoing.delivered_at.is_(None)
HEAL_SECONDS = 15.0


def all_done() -> bool:
    unfinished = things.count(things.sender_db, things.Work, things.Work.state != "done")
    return unfinished == 0 and things.count(things.sender_db, Outgoing, UNDELIVERED) == 0


def freeze_under_load(stage: Stage, seconds: float) -> None:
    """Freeze the broker while workers are at work and more is published."""
    _publish(0)
    time.sleep(0.3)
    stage.valkey.pause()
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            _publish(1)
            time.sleep(0.1)
    finally:
        stage.valkey.resume()


def _publish(count: int) -> None:
    things.tell(dict.fromkeys(range(20), time.monotonic_ns() // 1_000_000 % 2**31))
    # So that some job is always under way, whose end the broker will not hear.
    for _ in range(count or 5):
        things.queue_work("brief")


@pytest.mark.parametrize("seconds", [1, 2, 5])
def test_everything_arrives_within_seconds_after_the_thaw(stage: Stage, seconds: float) -> None:
    for _ in range(2):
        freeze_under_load(stage, seconds)
        assert stage.comes_true(all_done, HEAL_SECONDS)
    # By themselves, not because they were ended and started again.
    assert stage.deaths == 0


@pytest.fixture
def acknowledging_in_redis(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Workers as Celery makes them by default: they acknowledge in Redis, and nothing watches them."""
    stage.stop("sender", "receiver")
    monkeypatch.setenv("TEST_ACK_EMULATION", "1")
    monkeypatch.setenv("TEST_UNGUARDED", "1")
    stage.start("sender", "receiver")
    yield stage
    stage.stop("sender", "receiver")
    monkeypatch.undo()
    stage.start("sender", "receiver")


def _falls_silent(stage: Stage) -> bool:
    return any(_is_silent_after_a_freeze(stage) for _ in range(4))


def _is_silent_after_a_freeze(stage: Stage) -> bool:
    freeze_under_load(stage, 2)
    return not stage.comes_true(all_done, HEAL_SECONDS)


def test_control_workers_that_acknowledge_in_redis_fall_silent(acknowledging_in_redis: Stage) -> None:
    assert _falls_silent(acknowledging_in_redis)


def test_a_silent_worker_ends_itself_and_its_successor_goes_on(
    acknowledging_in_redis: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = acknowledging_in_redis
    stage.stop("sender", "receiver")
    monkeypatch.delenv("TEST_UNGUARDED")
    stage.start("sender", "receiver")
    for _ in range(4):
        freeze_under_load(stage, 2)
        assert stage.comes_true(all_done)
    assert "worker-ends-itself" in stage.log("sender") + stage.log("receiver")
