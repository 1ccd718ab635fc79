"""The work of a run: issuing to everybody who is due, in chunks.

A chunk is one transaction: numbers from the locked series, signed data, one drawing as a check, facts and mails. If a
worker is killed, the run continues with those who are still due: a chunk that was not committed leaves no number
behind, and the unique index on valid certificates prevents a second one.
"""

import time
import uuid
from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.certificates.eligibility.standings import Standing, standings
from services.certificates.issuing.certificates import Issuer
from services.certificates.issuing.numbering import BadPattern
from services.certificates.issuing.runs import RUN
from services.certificates.models import REISSUE, Certificate, Event, IssuingProblem, Layout, Participant, Run
from services.certificates.outbound import publish_certificates
from services.certificates.rendering.content import content, differs
from services.certificates.rendering.document import CannotRender
from shared import clock, jobs
from shared.db import Database, describe
from shared.delivery.publish import wake_relay

log = structlog.get_logger()

CHUNK = 50
LONGEST_SECONDS = 45


def work(database: Database, run: Run) -> None:
    """Issue to everybody who is due, with one transaction for each chunk.

    A long run hands itself out again, so that no task exceeds its time limit. Raises jobs.Transient and
    jobs.Permanent.
    """
    with database.transaction() as session:
        event = session.get(Event, run.event_id)
        if event is None:
            raise jobs.Permanent("the event is not known here")
        wanted = [standing.participant.participant_id for standing in due(session, event, run.cause == REISSUE)]
        row = session.get_one(Run, run.id)
        row.planned = row.issued + len(wanted)
    started = time.monotonic()
    for start in range(0, len(wanted), CHUNK):
        if time.monotonic() - started > LONGEST_SECONDS:
            _continue_later(database, run)
            return
        work_chunk(database, run, wanted[start : start + CHUNK])


def work_chunk(database: Database, run: Run, participant_ids: Sequence[uuid.UUID]) -> None:
    """Issue to these participants in one transaction. Raises jobs.Transient and jobs.Permanent."""
    lease = run.due_at
    try:
        with database.transaction() as session:
            # Renewing locks the run's row: a worker that lost its lease cannot issue beside the new one.
            if not jobs.renew(session, RUN, run):
                raise jobs.Transient("the lease was lost to another worker")
            issued = issue(session, run.event_id, participant_ids, run.cause == REISSUE)
            row = session.get_one(Run, run.id, populate_existing=True)
            row.issued += len(issued)
            # There was progress: only a run that fails again and again without any is given up.
            row.attempts = 0
    except (IntegrityError, BadPattern) as error:
        # The renewal was rolled back with everything else.
        run.due_at = lease
        if isinstance(error, BadPattern):
            raise jobs.Permanent(str(error)) from error
        # Another transaction issued to one of these participants: check again who is due.
        raise jobs.Transient(describe(error)) from error
    log.info("chunk-issued", event_id=run.event_id, run_id=str(run.id), count=len(issued))


def _continue_later(database: Database, run: Run) -> None:
    with database.transaction() as session:
        if jobs.renew(session, RUN, run):
            row = session.get_one(Run, run.id, populate_existing=True)
            row.state, row.due_at = jobs.WAITING, clock.real_now()
            wake_relay(session)


def due(session: Session, event: Event, reissue: bool, only: Sequence[uuid.UUID] | None = None) -> list[Standing]:
    """Who gets a certificate now; with ``reissue`` also those whose valid one is out of date."""
    layout = session.get(Layout, event.event_id) if reissue else None
    return [
        standing
        for standing in standings(session, event, only)
        if standing.is_due
        or (
            reissue
            and standing.certificate
            and standing.may_be_replaced
            and differs(standing.certificate.data, content(event, standing.participant, layout))
        )
    ]


def issue(
    session: Session, event_id: int, participant_ids: Sequence[uuid.UUID], reissue: bool = False
) -> list[Certificate]:
    """Issue to those of ``participant_ids`` who are due a certificate now; returns the new rows, flushed.

    Raises IntegrityError if another transaction issued to one of them first.
    """
    # A tombstone waits until this commits, and then finds the certificate to scrub.
    session.execute(
        select(Participant.participant_id)
        .where(Participant.participant_id.in_(participant_ids))
        .order_by(Participant.participant_id)
        .with_for_update(read=True)
    )
    event = session.get_one(Event, event_id)
    wanted = due(session, event, reissue, participant_ids)
    if not wanted:
        return []
    issuer = Issuer(session, event)
    issued = [certificate for standing in wanted if (certificate := _issue_one(session, issuer, standing))]
    issuer.save_series()
    session.flush()
    publish_certificates(session, issued)
    return issued


def _issue_one(session: Session, issuer: Issuer, standing: Standing) -> Certificate | None:
    try:
        return issuer.issue(standing)
    except CannotRender as error:
        log.warning("certificate-not-issued", participant_id=str(standing.participant.participant_id), error=str(error))
        _store_problem(session, standing.participant, error)
        return None


def _store_problem(session: Session, participant: Participant, error: CannotRender) -> None:
    row = {
        "participant_id": participant.participant_id,
        "event_id": participant.event_id,
        "participant_version": participant.version,
        "characters": error.characters,
        "problem": str(error),
        "noticed_at": clock.now(),
    }
    statement = insert(IssuingProblem).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["participant_id"], set_=row))
