"""Liveness, readiness and metrics of a service, counted from its database."""

from collections.abc import Sequence
from typing import Any

import redis
from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select

from shared import broker, jobs
from shared.db import Database
from shared.delivery.models import DeadLetter, Outgoing
from shared.web.access import PUBLIC, who


def blueprint(db: Database, prefix: str, kinds: Sequence[jobs.JobKind]) -> Blueprint:
    """``/healthz``, ``/readyz`` and ``/metrics`` below ``prefix``; the gateway does not pass the last one on."""
    health = Blueprint("health", __name__, url_prefix=prefix or None)

    @health.get("/healthz")
    @who(PUBLIC)
    def healthz() -> Any:
        return jsonify(status="ok", service=db.service)

    @health.get("/readyz")
    @who(PUBLIC)
    def readyz() -> Any:
        if not db.is_up():
            return jsonify(status="unavailable", database=False), 503
        answers = broker_answers()
        # Without the broker people can still sign up and check in, so it does not make the service unready.
        return jsonify(status="ok" if answers else "degraded", database=True, broker=answers)

    @health.get("/metrics")
    @who(PUBLIC)
    def metrics() -> Response:
        return Response(_measure(db, kinds), mimetype="text/plain; version=0.0.4")

    return health


def broker_answers() -> bool:
    """Whether the broker answers a PING within half a second."""
    client = broker.connect(timeout=0.5)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def _measure(db: Database, kinds: Sequence[jobs.JobKind]) -> bytes:
    registry = CollectorRegistry()
    backlog = Gauge("hadir_outbox_undelivered", "Facts not yet acknowledged", ["subscriber"], registry=registry)
    letters = Gauge("hadir_dead_letters", "Messages that could not be applied", registry=registry)
    state = Gauge("hadir_jobs", "Jobs by task and state", ["task", "state"], registry=registry)
    with db.transaction() as session:
        undelivered = (
            select(Outgoing.subscriber, func.count())
            .where(Outgoing.delivered_at.is_(None))
            .group_by(Outgoing.subscriber)
        )
        for subscriber, count in session.execute(undelivered):
            backlog.labels(subscriber).set(count)
        letters.set(session.scalar(select(func.count()).select_from(DeadLetter)) or 0)
        for kind in kinds:
            for name, count in session.execute(select(kind.model.state, func.count()).group_by(kind.model.state)):
                state.labels(kind.task, name).set(count)
    return generate_latest(registry)
