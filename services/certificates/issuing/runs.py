"""Issuing runs: the tick starts one when an event is over or something has changed; organisers start them, too."""

import uuid
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services.certificates import audit
from services.certificates.eligibility.standings import standings
from services.certificates.models import CHANGED, ENDED, REISSUE, REQUESTED, Event, Run
from shared import clock, jobs, queues
from shared.actors import Actor
from shared.chores import delete_some
from shared.delivery.publish import wake_relay

log = structlog.get_logger()

EVENTS_PER_TICK = 20
# As long as mails (shared/mail/queue.py): a run explains why they were sent.
KEPT = timedelta(days=400)
UNFINISHED = (jobs.WAITING, jobs.HANDED_OUT, jobs.RUNNING)

# Renewed with each chunk, and each chunk locks the run's row: a lease that expires under a slow worker does no harm.
RUN = jobs.JobKind(Run, "certificates.issue-run", queues.CERTIFICATES_RENDER, lease=timedelta(seconds=30), renews=True)


class NotYet(ValueError):
    """The event is not over."""


def plan_runs(session: Session) -> list[uuid.UUID]:
    """Start a run for each event that is over and has changes; the tick calls this. Returns the runs' ids."""
    ready = (
        select(Event)
        .where(Event.evaluate_at <= clock.now(), Event.status != "draft")
        .order_by(Event.evaluate_at)
        .limit(EVENTS_PER_TICK)
        .with_for_update(skip_locked=True)
    )
    planned = [_plan(session, event) for event in session.scalars(ready).all()]
    return [run.id for run in planned if run]


def _plan(session: Session, event: Event) -> Run | None:
    if _unfinished(session, event.event_id):
        # That run may be past the participants who changed: check again when it has ended.
        return None
    event.evaluate_at = None
    is_first = not session.scalar(select(Run.id).where(Run.event_id == event.event_id).limit(1))
    if not is_first and not any(standing.is_due for standing in standings(session, event)):
        return None
    return _start(session, event.event_id, ENDED if is_first else CHANGED, None)


def start_run(session: Session, event_id: int, actor: Actor, reissue: bool = False) -> Run:
    """Start a run because an organiser asks; returns the unfinished run if there is one.

    ``reissue`` also replaces valid certificates whose content is out of date (the event's title was corrected, a logo
    was added). Raises LookupError for an unknown event and NotYet before its end (no grace period).
    """
    event = session.get(Event, event_id, with_for_update=True)
    if event is None:
        raise LookupError(event_id)
    if event.ends_at > clock.now():
        raise NotYet(event_id)
    unfinished = _unfinished(session, event_id)
    if unfinished:
        return unfinished
    run = _start(session, event_id, REISSUE if reissue else REQUESTED, actor.name)
    action = "run.reissue-started" if reissue else "run.started"
    audit.record(session, actor, action, run.id, event_id=event_id)
    return run


def purge_runs(session: Session, limit: int) -> int:
    """Delete up to ``limit`` runs that ended longer ago than KEPT; returns how many.

    An event's last run stays: it says that the event was evaluated before.
    """
    later = aliased(Run)
    has_later = select(later.id).where(later.event_id == Run.event_id, later.created_at > Run.created_at).exists()
    return delete_some(session, Run, limit, Run.finished_at < clock.real_now() - KEPT, has_later)


def _unfinished(session: Session, event_id: int) -> Run | None:
    return session.scalar(select(Run).where(Run.event_id == event_id, Run.state.in_(UNFINISHED)))


def _start(session: Session, event_id: int, cause: str, started_by: str | None) -> Run:
    run = Run(id=uuid.uuid4(), event_id=event_id, cause=cause, started_by=started_by)
    session.add(run)
    session.flush()
    wake_relay(session)
    log.info("run-planned", event_id=event_id, cause=cause, run_id=str(run.id))
    return run
