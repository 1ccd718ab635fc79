"""A broker that hangs with its connections open, again and again, under load: afterwards everything is delivered.

Here with the relay and workers of two small services; tests/chaos/ does the same to the whole system.
"""

import time
from collections.abc import Iterator

import pytest

from shared.delivery.models import Outgoing
from tests.delivery import services
from tests.delivery.harness import Harness

UNDELIVERED = Outgoing.delivered_at.is_(None)
HEAL_SECONDS = 15.0


def all_done() -> bool:
    unfinished = services.count(services.sender_db, services.Work, services.Work.state != "done")
    return unfinished == 0 and services.count(services.sender_db, Outgoing, UNDELIVERED) == 0


def freeze_under_load(harness: Harness, seconds: float) -> None:
    """Freeze the broker while workers are at work and more is published."""
    _publish(0)
    time.sleep(0.3)
    harness.valkey.pause()
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            _publish(1)
            time.sleep(0.3)
    finally:
        harness.valkey.resume()


def _publish(count: int) -> None:
    services.publish_things(dict.fromkeys(range(20), time.monotonic_ns() // 1_000_000 % 2**31))
    # So that some job is always running whose end does not reach the broker.
    for _ in range(count or 5):
        services.queue_work("brief")


@pytest.mark.parametrize("seconds", [1, 2, 5])
def test_everything_arrives_within_seconds_after_the_thaw(harness: Harness, seconds: float) -> None:
    for _ in range(2):
        freeze_under_load(harness, seconds)
        assert harness.comes_true(all_done, HEAL_SECONDS)
    # By themselves, not because they were ended and started again.
    assert harness.deaths == 0


@pytest.fixture
def acknowledging_in_redis(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harness]:
    """Workers as Celery makes them by default: they acknowledge in Redis, and nothing watches them."""
    harness.stop("sender", "receiver")
    monkeypatch.setenv("TEST_ACK_EMULATION", "1")
    monkeypatch.setenv("TEST_UNGUARDED", "1")
    harness.start("sender", "receiver")
    yield harness
    harness.stop("sender", "receiver")
    monkeypatch.undo()
    harness.start("sender", "receiver")


def _falls_silent(harness: Harness) -> bool:
    return any(_is_silent_after_a_freeze(harness) for _ in range(4))


def _is_silent_after_a_freeze(harness: Harness) -> bool:
    freeze_under_load(harness, 2)
    return not harness.comes_true(all_done, HEAL_SECONDS)


def test_control_workers_that_acknowledge_in_redis_fall_silent(acknowledging_in_redis: Harness) -> None:
    assert _falls_silent(acknowledging_in_redis)


def test_a_silent_worker_ends_itself_and_its_successor_goes_on(
    acknowledging_in_redis: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = acknowledging_in_redis
    harness.stop("sender", "receiver")
    monkeypatch.delenv("TEST_UNGUARDED")
    harness.start("sender", "receiver")
    for _ in range(4):
        freeze_under_load(harness, 2)
        assert harness.comes_true(all_done)
    assert "worker-ends-itself" in harness.log("sender") + harness.log("receiver")
