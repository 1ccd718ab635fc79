"""What a service is made of, so that the command line and the web scaffolding can be the same for all three."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from celery import Celery
from sqlalchemy import MetaData

from shared.db import Database
from shared.delivery.inbox import Handler
from shared.jobs import JobKind


@dataclass(frozen=True)
class Service:
    """One service: its name, its database and tables, what it handles, and which of its rows are jobs."""

    name: str
    db: Database
    metadata: Sequence[MetaData]
    celery: Celery
    handlers: Mapping[str, Handler]
    jobs: Sequence[JobKind]

    @property
    def package(self) -> str:
        """The importable name, e.g. services.checkin."""
        return f"services.{self.name}"

    @property
    def folder(self) -> Path:
        """Where the service's rooms are."""
        return Path(__file__).resolve().parent.parent / "services" / self.name
