"""kill -9 of a real worker at random moments, with FLUSHALL in between: everybody gets exactly one certificate."""

import random
import time

import pytest
import redis
from sqlalchemy import func, select, text

from services.certificates.models import Run, db
from shared.mail.models import Mail
from tests.certificates import support
from tests.certificates.running import issued, kill, process, wait, worker

PEOPLE = 180


def let_the_lease_run_out() -> None:
    with db.transaction() as session:
        session.execute(text("UPDATE runs SET due_at = now() WHERE state IN ('running', 'handed_out')"))


def run_state() -> str:
    with db.transaction() as session:
        return session.scalars(select(Run.state)).one()


@pytest.mark.timeout(180)
def test_after_kills_and_flushes_everybody_has_one_certificate_and_no_number_is_missing(
    clean, valkey, tmp_path, monkeypatch
):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(support.event(), *support.full_day(range(1, PEOPLE + 1)))
    support.tick()
    chance = random.Random(20221225)
    killed_at = []
    with process("relay"):
        # Before the first chunk, and after the first and the second, each time somewhere in the middle of the next.
        for least in (0, 1, 51):
            with worker() as victim:
                wait(lambda least=least: run_state() == "running" and issued() >= least)
                time.sleep(chance.uniform(0, 0.5))
                kill(victim)
            killed_at.append(issued())
            redis.Redis.from_url(valkey.url).flushall()
            let_the_lease_run_out()
        with worker():
            wait(lambda: run_state() == "done")
    assert any(0 < number < PEOPLE for number in killed_at), "no kill came in the middle"
    assert_everybody_has_exactly_one()


def assert_everybody_has_exactly_one() -> None:
    rows = support.certificates()
    assert len({row.participant_id for row in rows}) == len(rows) == PEOPLE
    assert [row.number for row in rows] == [f"{seq:03}/JPPI/XII/2022" for seq in range(1, PEOPLE + 1)]
    with db.transaction() as session:
        assert session.scalar(text("SELECT last FROM series")) == PEOPLE
        assert session.scalar(select(func.count()).select_from(Mail)) == PEOPLE
        assert session.scalar(text("SELECT count(*) FROM outbox")) == PEOPLE
        assert session.scalars(select(Run.issued)).one() == PEOPLE
