"""The operator's page of a service: undelivered facts, failed messages and jobs, and the buttons to retry them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import format_timedelta, ngettext
from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared import clock, heartbeat, jobs, vitals
from shared.delivery.inbox import replay
from shared.delivery.models import DeadLetter, Outgoing
from shared.service import Service
from shared.web.access import OPERATOR, who

log = structlog.get_logger()

SHOWN = 100


def blueprint(service: Service, prefix: str) -> Blueprint:
    """``<prefix>/console/operations`` for operators."""
    operations = Blueprint("operations", __name__, url_prefix=f"{prefix}/console/operations")

    def back() -> Any:
        return redirect(url_for("operations.index"), 303)

    @operations.get("")
    @who(OPERATOR)
    def index() -> str:
        with service.db.transaction() as session:
            return render_template(
                "operations.html",
                service=service,
                vitals=vitals.measure(session, service),
                since=_since,
                stale_after=heartbeat.STALE_AFTER.total_seconds(),
                under_way=_under_way(session),
                works=_works(session, service.jobs),
                failures=[(kind, row) for kind in service.jobs for row in _failed(session, kind)],
                letters=session.scalars(select(DeadLetter).order_by(DeadLetter.received_at.desc()).limit(SHOWN)).all(),
                letter_count=session.scalar(select(func.count()).select_from(DeadLetter)),
            )

    @operations.post("/letters/<uuid:letter_id>/replay")
    @who(OPERATOR)
    def replay_letter(letter_id: UUID) -> Any:
        _tell_replayed(int(replay(service.db, service.handlers, letter_id)), 1)
        return back()

    @operations.post("/letters/replay")
    @who(OPERATOR)
    def replay_letters() -> Any:
        with service.db.transaction() as session:
            ids = session.scalars(select(DeadLetter.id).order_by(DeadLetter.received_at).limit(SHOWN)).all()
        _tell_replayed(sum(replay(service.db, service.handlers, letter_id) for letter_id in ids), len(ids))
        return back()

    @operations.post("/letters/<uuid:letter_id>/drop")
    @who(OPERATOR)
    def drop_letter(letter_id: UUID) -> Any:
        with service.db.transaction() as session:
            session.execute(delete(DeadLetter).where(DeadLetter.id == letter_id))
        log.info("dead-letter-dropped", letter_id=str(letter_id), by=g.principal.id)
        flash(_("Pesan itu dibuang."), "success")
        return back()

    @operations.post("/jobs/<task>/<uuid:job_id>/again")
    @who(OPERATOR)
    def try_again(task: str, job_id: UUID) -> Any:
        kind = next((kind for kind in service.jobs if kind.task == task), None)
        if kind is None:
            abort(404)
        try:
            with service.db.transaction() as session:
                row = session.get(kind.model, job_id)
                queued = row is not None and row.state == jobs.FAILED and jobs.retry(session, kind, job_id)
        except IntegrityError:
            # An event, for instance, has one unfinished run at most.
            flash(_("Pekerjaan lain untuk hal yang sama belum selesai. Tunggu sampai selesai."), "error")
            return back()
        if queued:
            log.info("job-asked-again", task=task, id=str(job_id), by=g.principal.id)
            flash(_("Pekerjaan itu masuk antrean lagi."), "success")
        return back()

    return operations


def _since(instant: datetime) -> str:
    """How long ago something was, in the reader's language (real time)."""
    return str(format_timedelta(clock.real_now() - instant))


def _tell_replayed(applied: int, tried: int) -> None:
    log.info("dead-letters-replayed", applied=applied, tried=tried, by=g.principal.id)
    if applied:
        flash(ngettext("%(num)d pesan diterapkan.", "%(num)d pesan diterapkan.", applied), "success")
    if tried > applied:
        left = tried - applied
        flash(ngettext("%(num)d pesan tetap gagal.", "%(num)d pesan tetap gagal.", left), "error")


def _under_way(session: Session) -> Sequence[Any]:
    """By subscriber: how many facts are not acknowledged, and the most attempts of any of them."""
    return session.execute(
        select(
            Outgoing.subscriber,
            func.count().label("facts"),
            func.max(Outgoing.attempts).label("attempts"),
            func.min(Outgoing.published_at).label("oldest"),
        )
        .where(Outgoing.delivered_at.is_(None))
        .group_by(Outgoing.subscriber)
        .order_by(Outgoing.subscriber)
    ).all()


def _works(session: Session, kinds: Sequence[jobs.JobKind]) -> list[tuple[str, dict[str, int]]]:
    """By task: how many jobs are in each state."""
    counted = []
    for kind in kinds:
        states = session.execute(select(kind.model.state, func.count()).group_by(kind.model.state))
        counted.append((kind.task, {str(state): int(count) for state, count in states}))
    return counted


def _failed(session: Session, kind: jobs.JobKind) -> Sequence[Any]:
    failed = select(kind.model).where(kind.model.state == jobs.FAILED)
    return session.scalars(failed.order_by(kind.model.finished_at.desc()).limit(SHOWN)).all()
