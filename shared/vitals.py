"""The health of a service: what is overdue, which heartbeats stopped, and why it counts as degraded. Real time only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import redis
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import broker, clock, heartbeat, jobs
from shared.delivery.models import DeadLetter, Outgoing
from shared.service import Service

# Facts normally reach the other services within a second; after a minute, somebody must look.
OLD_FACT = timedelta(minutes=1)
# Mails may be held back by a rate or by a mail server for a while.
OLD_JOB = timedelta(minutes=5)


@dataclass(frozen=True)
class Vitals:
    """One service at one moment. Ages are in seconds; None where nothing waits."""

    broker: bool
    oldest_fact: float | None
    oldest_job: dict[str, float | None]
    # Name -> age; None for one that never arrived.
    heartbeats: dict[str, float | None]
    dead_letters: int
    reasons: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """``ok``, or ``degraded``: people can work, but somebody should look into it."""
        return "degraded" if self.reasons else "ok"

    def as_json(self) -> dict[str, Any]:
        """For /readyz."""
        return {
            "status": self.status,
            "reasons": self.reasons,
            "database": True,
            "broker": self.broker,
            "oldest_fact_seconds": self.oldest_fact,
            "oldest_job_seconds": self.oldest_job,
            "heartbeat_seconds": self.heartbeats,
            "dead_letters": self.dead_letters,
        }


def measure(session: Session, service: Service) -> Vitals:
    """The service's vitals from its own database, and whether the broker answers."""
    now = clock.real_now()
    oldest_fact = _age(now, session.scalar(_oldest_fact()))
    oldest_job = {kind.task: _age(now, session.scalar(_oldest_job(kind, now))) for kind in service.jobs}
    beats = {name: _age(now, at) for name, at in heartbeat.last_seen(session, service.name).items()}
    letters = session.scalar(select(func.count()).select_from(DeadLetter)) or 0
    answers = broker_answers()
    reasons = [] if answers else ["the broker does not answer"]
    if oldest_fact and oldest_fact > OLD_FACT.total_seconds():
        reasons.append(f"a fact has waited for {oldest_fact:.0f} s")
    for task, age in oldest_job.items():
        if age and age > OLD_JOB.total_seconds():
            reasons.append(f"{task} has waited for {age:.0f} s")
    for name, age in beats.items():
        if age is None:
            reasons.append(f"{name} never gave a sign of life")
        elif age > heartbeat.STALE_AFTER.total_seconds():
            reasons.append(f"{name} gave no sign of life for {age:.0f} s")
    return Vitals(answers, oldest_fact, oldest_job, beats, letters, reasons)


def broker_answers() -> bool:
    """Whether the broker answers a PING within half a second."""
    client = broker.connect(timeout=0.5)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def _oldest_fact() -> Any:
    return select(func.min(Outgoing.published_at)).where(Outgoing.delivered_at.is_(None))


def _oldest_job(kind: jobs.JobKind, now: datetime) -> Any:
    """Since when the oldest due job waits: neither running nor scheduled for later."""
    model = kind.model
    untaken = (model.state == jobs.WAITING) & (model.due_at <= now) | (model.state == jobs.HANDED_OUT)
    return select(func.min(model.asked_at)).where(untaken)


def _age(now: datetime, at: datetime | None) -> float | None:
    return round((now - at).total_seconds(), 1) if at else None
