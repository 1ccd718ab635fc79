"""A broker that hangs with its connections open, again and again, under load: afterwards everything is delivered."""

import os
import time

import pytest

from shared.delivery.models import Outgoing
from tests.delivery import things
from tests.delivery.stage import Stage

UNDELIVERED = Outgoing.delivered_at.is_(None)
HEAL_SECONDS = 15.0


def all_done() -> bool:
    jobs_left = things.count(things.sender_db, things.Work, things.Work.state != "done")
    return jobs_left == 0 and things.count(things.sender_db, Outgoing, UNDELIVERED) == 0


def freeze_under_load(stage: Stage, seconds: float, first: int) -> None:
    """Freeze the broker for ``seconds`` while facts and jobs are published and worked on."""
    until = time.monotonic() + seconds
    number = first
    for _ in range(5):
        things.tell(range(number, number + 20))
        number += 20
        things.queue_work("brief")
        time.sleep(0.1)
    stage.valkey.pause()
    try:
        while time.monotonic() < until:
            things.tell(range(number, number + 20))
            things.queue_work("brief")
            number += 20
            time.sleep(0.1)
    finally:
        stage.valkey.resume()


@pytest.mark.parametrize("seconds", [1, 2, 5])
def test_everything_arrives_within_seconds_after_the_thaw(stage: Stage, seconds: float) -> None:
    for n in range(3):
        freeze_under_load(stage, seconds, 10000*n)
        began = time.monotonic()
        assert stage.comes_true(all_done, HEAL_SECONDS)
        print(seconds, "healed in", time.monotonic() - began)
    assert stage.deaths == 0


def test_control_with_acknowledgements_in_redis_the_workers_fall_silent(stage: Stage) -> None:
    stage.stop("sender", "receiver")
    os.environ["TEST_ACK_EMULATION"] = "1"
    try:
        stage.start("sender", "receiver")
        things.tell(range(5))
        assert stage.comes_true(all_done)
        silent = False
        for n in range(4):
            freeze_under_load(stage, 2, 1000*n)
            silent = silent or not stage.comes_true(all_done, HEAL_SECONDS)
            if silent: break
        assert silent
    finally:
        del os.environ["TEST_ACK_EMULATION"]
        stage.stop("sender", "receiver")
        stage.start("sender", "receiver")
