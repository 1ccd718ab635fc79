"""Liveness, readiness and metrics of a service, counted from its database."""

from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from shared import vitals
from shared.delivery.models import DeadLetter, Outgoing
from shared.service import Service
from shared.web.access import PUBLIC, who


def blueprint(service: Service, prefix: str) -> Blueprint:
    """``/healthz``, ``/readyz`` and ``/metrics`` below ``prefix``; the gateway does not expose the last one."""
    health = Blueprint("health", __name__, url_prefix=prefix or None)

    @health.get("/healthz")
    @who(PUBLIC)
    def healthz() -> Any:
        return jsonify(status="ok", service=service.name)

    @health.get("/readyz")
    @who(PUBLIC)
    def readyz() -> Any:
        try:
            with service.db.transaction() as session:
                # Without the broker people can still sign up and check in, so it does not make the service unready.
                return jsonify(vitals.measure(session, service).as_json())
        except SQLAlchemyError:
            return jsonify(status="unavailable", reasons=["the database does not answer"], database=False), 503

    @health.get("/metrics")
    @who(PUBLIC)
    def metrics() -> Response:
        return Response(_measure(service), mimetype="text/plain; version=0.0.4")

    return health


def _measure(service: Service) -> bytes:
    registry = CollectorRegistry()
    backlog = Gauge("hadir_outbox_undelivered", "Facts not yet acknowledged", ["subscriber"], registry=registry)
    letters = Gauge("hadir_dead_letters", "Messages that could not be applied", registry=registry)
    state = Gauge("hadir_jobs", "Jobs by task and state", ["task", "state"], registry=registry)
    with service.db.transaction() as session:
        undelivered = (
            select(Outgoing.subscriber, func.count())
            .where(Outgoing.delivered_at.is_(None))
            .group_by(Outgoing.subscriber)
        )
        for subscriber, count in session.execute(undelivered):
            backlog.labels(subscriber).set(count)
        letters.set(session.scalar(select(func.count()).select_from(DeadLetter)) or 0)
        for kind in service.jobs:
            for name, count in session.execute(select(kind.model.state, func.count()).group_by(kind.model.state)):
                state.labels(kind.task, name).set(count)
    return generate_latest(registry)
