"""Jobs, one transaction at a time: who has the lease, and how a try ends. No processes, real PostgreSQL."""

import threading
import time
import uuid
from datetime import timedelta

import pytest

from shared import jobs
from stack.engines import PostgresServer, ValkeyServer
from tests.delivery import services
from tests.delivery.services import WORK, Work, sender_db


@pytest.fixture
def waiting(databases: None) -> uuid.UUID:
    return services.queue_work("well")


def hand_out() -> list[uuid.UUID]:
    with sender_db.transaction() as session:
        return jobs.hand_out(session, WORK, 10)


def take(job_id: uuid.UUID) -> Work | None:
    with sender_db.transaction() as session:
        return jobs.claim(session, WORK, job_id)


def let_time_pass(job_id: uuid.UUID) -> None:
    """The lease, or the wait, is over."""
    with sender_db.transaction() as session:
        session.get_one(Work, job_id).due_at -= timedelta(hours=1)


def test_a_job_is_taken_once_however_often_its_message_comes(waiting: uuid.UUID) -> None:
    assert take(waiting) is None
    assert hand_out() == [waiting]
    assert take(waiting) is not None
    assert take(waiting) is None
    assert hand_out() == []


def test_a_worker_that_lost_its_lease_ends_nothing(waiting: uuid.UUID) -> None:
    hand_out()
    slow = take(waiting)
    let_time_pass(waiting)
    assert hand_out() == [waiting]
    now_its_own = take(waiting)
    assert slow is not None
    assert now_its_own is not None
    with sender_db.transaction() as session:
        assert not jobs.finish(session, WORK, slow)
        assert not jobs.renew(session, WORK, slow)
        assert jobs.renew(session, WORK, now_its_own)
        assert jobs.finish(session, WORK, now_its_own)


def test_a_worker_from_before_a_retry_by_hand_ends_nothing(waiting: uuid.UUID) -> None:
    hand_out()
    slow = take(waiting)
    let_time_pass(waiting)
    for _ in range(WORK.max_attempts - 1):
        hand_out()
        take(waiting)
        let_time_pass(waiting)
    hand_out()
    assert services.job(waiting).state == jobs.FAILED
    with sender_db.transaction() as session:
        jobs.retry(session, WORK, waiting)
    hand_out()
    fresh = take(waiting)
    assert slow is not None
    assert fresh is not None
    assert slow.attempts == fresh.attempts == 1
    with sender_db.transaction() as session:
        assert not jobs.finish(session, WORK, slow)


def test_a_job_that_keeps_meeting_passing_trouble_fails_in_the_end(waiting: uuid.UUID) -> None:
    def trouble(job: Work) -> None:
        raise jobs.Transient("still not")

    for attempt in range(1, WORK.max_attempts + 1):
        hand_out()
        jobs.run(sender_db, WORK, waiting, trouble)
        job = services.job(waiting)
        assert (job.attempts, job.last_error) == (attempt, "still not")
        let_time_pass(waiting)
    assert job.state == jobs.FAILED


def test_a_defect_fails_at_once_and_is_logged_without_what_it_quotes(waiting: uuid.UUID) -> None:
    def defect(job: Work) -> None:
        with sender_db.transaction() as session:
            session.add(Work(id=job.id, does="Budi"))

    hand_out()
    jobs.run(sender_db, WORK, waiting, defect)
    assert services.job(waiting).last_error == "UniqueViolation 23505 work pk_work"
    assert services.job(waiting).state == jobs.FAILED


def test_how_a_job_ended_is_stored_when_the_database_is_back(
    engines: tuple[PostgresServer, ValkeyServer], waiting: uuid.UUID
) -> None:
    """The mail is sent: that it is must not be forgotten because the database was away at that moment."""
    postgres, _valkey = engines
    hand_out()
    gone = threading.Event()

    def work(_job: Work) -> None:
        postgres.stop()
        gone.set()

    worker = threading.Thread(target=jobs.run, args=(sender_db, WORK, waiting, work))
    worker.start()
    assert gone.wait(20)
    time.sleep(1.0)
    # By this thread: the server ends with the thread that started it.
    postgres.start()
    worker.join(20)
    assert services.job(waiting).state == jobs.DONE


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(jobs, "_node", None)
    jobs.register_worker(sender_db, [WORK], "mail@here")
    return "mail@here"


def test_a_worker_that_begins_again_takes_up_what_it_died_over(waiting: uuid.UUID, node: str) -> None:
    hand_out()
    died_over = take(waiting)
    assert hand_out() == [], "without a new beginning it waits for the end of the lease"
    assert jobs.register_worker(sender_db, [WORK], node) == 1
    assert hand_out() == [waiting]
    with sender_db.transaction() as session:
        assert died_over is not None
        assert not jobs.finish(session, WORK, died_over)


def test_a_worker_leaves_alone_what_another_is_doing(waiting: uuid.UUID, node: str) -> None:
    hand_out()
    take(waiting)
    assert jobs.register_worker(sender_db, [WORK], "mail@elsewhere") == 0
    assert hand_out() == []
