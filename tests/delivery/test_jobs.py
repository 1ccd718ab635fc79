"""Jobs: done once, again after any loss, and visible when they fail. Real relay, worker, PostgreSQL and Valkey."""

import uuid
from functools import partial

import pytest

from shared import jobs
from tests.delivery import services
from tests.delivery.harness import Harness
from tests.delivery.services import WORK, Work, sender_db


def ends_as(state: str, job_id: uuid.UUID) -> bool:
    return bool(services.job(job_id).state == state)


@pytest.mark.parametrize(
    ("does", "ends", "tries", "says"),
    [
        ("well", jobs.DONE, 1, None),
        ("transient-once", jobs.DONE, 2, None),
        ("permanent", jobs.FAILED, 1, "never"),
        ("deadly-once", jobs.DONE, 2, None),
        ("deadly", jobs.FAILED, 2, "its worker died each time it was tried"),
    ],
)
def test_how_a_job_goes(harness: Harness, does: str, ends: str, tries: int, says: str | None) -> None:
    job_id = services.queue_work(does)
    assert harness.comes_true(partial(ends_as, ends, job_id)), services.job(job_id).state
    job = services.job(job_id)
    assert (job.tries, job.last_error) == (tries, says)
    assert job.finished_at is not None


def test_a_failed_job_is_tried_again_when_a_person_asks(harness: Harness) -> None:
    job_id = services.queue_work("permanent")
    assert harness.comes_true(partial(ends_as, jobs.FAILED, job_id))
    with sender_db.transaction() as session:
        session.get_one(Work, job_id).does = "well"
        assert jobs.retry(session, WORK, job_id)
        assert not jobs.retry(session, WORK, job_id)
    assert harness.comes_true(partial(ends_as, jobs.DONE, job_id))
    assert services.job(job_id).last_error is None


def test_what_a_killed_worker_was_doing_is_taken_up_by_its_successor(harness: Harness) -> None:
    job_id = services.queue_work("slow-once")
    assert harness.comes_true(lambda: services.job(job_id).tries == 1)
    harness.kill("sender")
    assert harness.comes_true(partial(ends_as, jobs.DONE, job_id))
    assert services.job(job_id).tries == 2


def test_flushall_loses_no_job(harness: Harness) -> None:
    harness.stop("sender")
    try:
        ids = [services.queue_work("well") for _ in range(5)]
        assert harness.comes_true(lambda: harness.queued("sender.work") >= 5)
        harness.flush()
    finally:
        harness.start("sender")
    for job_id in ids:
        assert harness.comes_true(partial(ends_as, jobs.DONE, job_id))
    assert [services.job(job_id).tries for job_id in ids] == [1] * 5


def test_control_without_handing_out_again_flushall_loses_jobs(harness: Harness) -> None:
    harness.stop("sender", "relay")
    harness.start("relay", resend=3600)
    try:
        job_id = services.queue_work("well")
        assert harness.comes_true(lambda: harness.queued("sender.work") >= 1)
        harness.flush()
        harness.start("sender")
        assert not harness.comes_true(partial(ends_as, jobs.DONE, job_id), seconds=3)
    finally:
        harness.stop("relay", "sender")
        harness.start("relay", "sender")


def test_an_idle_worker_leaves_no_pile_behind(harness: Harness) -> None:
    harness.stop("sender")
    try:
        for _ in range(250):
            services.queue_work("well")
        assert harness.comes_true(lambda: harness.queued("sender.work") >= 200)
        # Time for several rounds of handing out again.
        assert not harness.comes_true(lambda: harness.queued("sender.work") > 200, seconds=2)
    finally:
        harness.start("sender")
    assert harness.comes_true(lambda: services.count(sender_db, Work, Work.state == jobs.DONE) == 250)
    assert services.count(sender_db, Work, Work.tries != 1) == 0
