"""Issuing: the tick finds events that are over, a run works through everybody who is due, in chunks.

A chunk is one transaction: numbers from the locked series, data signed, PDF drawn once to see that it can be,
others told, mail queued. Killed anywhere, a run goes on with whoever is still due: the chunk that was not committed
has left no number behind, and the unique key on live certificates lets nobody have two.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.certificates import making
from services.certificates.content import content, differs
from services.certificates.due import Standing, standings
from services.certificates.messages import publish_certificates
from services.certificates.models import Certificate, Event, Layout, Obstacle, Person, Run, db
from services.certificates.numbering import BadPattern
from services.certificates.rendering import CannotRender
from shared import clock, jobs, queues
from shared.db import describe
from shared.delivery.publish import wake_relay

log = structlog.get_logger()

CHUNK = 50
EVENTS_PER_TICK = 20
LONGEST_SECONDS = 45
ANEW = "anew"
UNFINISHED = (jobs.WAITING, jobs.HANDED_OUT, jobs.RUNNING)

# Renewed with each chunk, and each chunk holds the run's row: a lease that ran out under a slow worker does no harm.
RUN = jobs.JobKind(Run, "certificates.issue-run", queues.CERTIFICATES_RENDER, lease=timedelta(seconds=30), renews=True)


class NotYet(ValueError):
    """The event is not over."""


def plan_runs(session: Session) -> list[uuid.UUID]:
    """Start a run for each event that is over and has something new; the tick calls this on business time."""
    ready = (
        select(Event)
        .where(Event.evaluate_at <= clock.now(), Event.status != "draft")
        .order_by(Event.evaluate_at)
        .limit(EVENTS_PER_TICK)
        .with_for_update(skip_locked=True)
    )
    planned = [_plan(session, event) for event in session.scalars(ready).all()]
    return [run_id for run_id in planned if run_id]


def _plan(session: Session, event: Event) -> uuid.UUID | None:
    if _unfinished(session, event.event_id):
        # That run may be past the people this is about: look again when it has ended.
        return None
    event.evaluate_at = None
    is_first = not session.scalar(select(Run.id).where(Run.event_id == event.event_id).limit(1))
    if not is_first and not any(standing.is_due for standing in standings(session, event)):
        return None
    return _start(session, event.event_id, "end" if is_first else "late", None)


def issue_now(session: Session, event_id: int, by: str, anew: bool = False) -> uuid.UUID:
    """Start a run because a person asks; the one under way when there is one.

    ``anew`` also replaces valid certificates that say anything otherwise than they would today (the event's title
    was corrected, a logo was added).

    Raises LookupError for an unknown event and NotYet before its end (the grace is not waited for).
    """
    event = session.get(Event, event_id, with_for_update=True)
    if event is None:
        raise LookupError(event_id)
    if event.ends_at > clock.now():
        raise NotYet(event_id)
    return _unfinished(session, event_id) or _start(session, event_id, ANEW if anew else "hand", by)


def _unfinished(session: Session, event_id: int) -> uuid.UUID | None:
    return session.scalar(select(Run.id).where(Run.event_id == event_id, Run.state.in_(UNFINISHED)))


def _start(session: Session, event_id: int, cause: str, by: str | None) -> uuid.UUID:
    run = Run(id=uuid.uuid4(), event_id=event_id, cause=cause, started_by=by)
    session.add(run)
    session.flush()
    wake_relay(session)
    log.info("run-planned", event_id=event_id, cause=cause, run_id=str(run.id))
    return run.id


def work(run: Run) -> None:
    """Issue to everybody who is due, as jobs.run calls it. Raises Transient or Permanent as jobs expect.

    A run that takes long hands itself out again, so that no task works for longer than tasks may.
    """
    with db.transaction() as session:
        event = session.get(Event, run.event_id)
        if event is None:
            raise jobs.Permanent("the event is not known here")
        due = [standing.person.participant_id for standing in due_people(session, event, run.cause == ANEW)]
        row = session.get_one(Run, run.id)
        row.planned = row.issued + len(due)
    started = time.monotonic()
    for start in range(0, len(due), CHUNK):
        if time.monotonic() - started > LONGEST_SECONDS:
            _go_on_later(run)
            return
        work_chunk(run, due[start : start + CHUNK])


def work_chunk(run: Run, participant_ids: Sequence[uuid.UUID]) -> None:
    """One transaction's worth of a run."""
    lease = run.due_at
    try:
        with db.transaction() as session:
            # Renewing locks the run's row: a worker that lost its lease cannot issue beside the new one.
            if not jobs.renew(session, RUN, run):
                raise jobs.Transient("the lease was lost to another worker")
            issued = issue(session, run.event_id, participant_ids, run.cause == ANEW)
            row = session.get_one(Run, run.id, populate_existing=True)
            row.issued += len(issued)
            # It got further: only what kills the worker again and again without progress is given up.
            row.attempts = 0
    except (IntegrityError, BadPattern) as error:
        # The renewal was rolled back with everything else.
        run.due_at = lease
        if isinstance(error, BadPattern):
            raise jobs.Permanent(str(error)) from error
        # Somebody else issued to one of these people meanwhile: look again who is due.
        raise jobs.Transient(describe(error)) from error
    log.info("chunk-issued", event_id=run.event_id, run_id=str(run.id), count=len(issued))


def _go_on_later(run: Run) -> None:
    with db.transaction() as session:
        if jobs.renew(session, RUN, run):
            row = session.get_one(Run, run.id, populate_existing=True)
            row.state, row.due_at = jobs.WAITING, clock.real_now()
            wake_relay(session)


def due_people(session: Session, event: Event, anew: bool, only: Sequence[uuid.UUID] | None = None) -> list[Standing]:
    """Who is to get a certificate now; ``anew``: also those whose valid one says what is outdated."""
    layout = session.get(Layout, event.event_id) if anew else None
    return [
        standing
        for standing in standings(session, event, only)
        if standing.is_due
        or (
            anew
            and standing.certificate
            and standing.may_be_replaced
            and differs(standing.certificate.data, content(event, standing.person, layout))
        )
    ]


def issue(
    session: Session, event_id: int, participant_ids: Sequence[uuid.UUID], anew: bool = False
) -> list[Certificate]:
    """Make certificates for those of ``participant_ids`` who are due one now; returns the new rows, flushed.

    Raises IntegrityError when another transaction issued to one of them first.
    """
    # A tombstone waits until this commits, and then finds the certificate that it must scrub.
    session.execute(
        select(Person.participant_id)
        .where(Person.participant_id.in_(participant_ids))
        .order_by(Person.participant_id)
        .with_for_update(read=True)
    )
    event = session.get_one(Event, event_id)
    due = due_people(session, event, anew, participant_ids)
    if not due:
        return []
    maker = making.Maker(session, event)
    issued = [certificate for standing in due if (certificate := _make(session, maker, standing))]
    maker.close()
    session.flush()
    publish_certificates(session, issued)
    return issued


def _make(session: Session, maker: making.Maker, standing: Standing) -> Certificate | None:
    try:
        return maker.make(standing)
    except CannotRender as error:
        log.warning("certificate-obstacle", participant_id=str(standing.person.participant_id), error=str(error))
        _note_obstacle(session, standing.person, error)
        return None


def _note_obstacle(session: Session, person: Person, error: CannotRender) -> None:
    row = {
        "participant_id": person.participant_id,
        "event_id": person.event_id,
        "person_version": person.version,
        "characters": error.characters,
        "problem": str(error),
        "noticed_at": clock.now(),
    }
    statement = insert(Obstacle).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["participant_id"], set_=row))
