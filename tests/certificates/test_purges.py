"""Old runs go, except the last one of each event: without it, the event would count as never evaluated."""

from datetime import timedelta

from sqlalchemy import select

from services.certificates.issuing import runs
from services.certificates.models import ENDED, REQUESTED, Run, db
from services.certificates.tasks import tick
from shared import clock, jobs


def _run(event_id: int, cause: str, days: int) -> Run:
    at = clock.real_now() - timedelta(days=days)
    return Run(event_id=event_id, cause=cause, created_at=at, state=jobs.DONE, due_at=at, finished_at=at)


def test_old_runs_go_and_an_events_last_one_stays(clean):
    kept = runs.KEPT.days
    with db.transaction() as session:
        session.add_all([_run(1, ENDED, kept + 5), _run(1, REQUESTED, kept + 1), _run(2, ENDED, kept + 5)])
        session.add_all([_run(3, ENDED, kept - 1), _run(3, REQUESTED, 1)])
    tick()
    with db.transaction() as session:
        left = session.execute(select(Run.event_id, Run.cause).order_by(Run.event_id, Run.created_at)).all()
    assert [tuple(row) for row in left] == [(1, REQUESTED), (2, ENDED), (3, ENDED), (3, REQUESTED)]
