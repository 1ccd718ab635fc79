"""What a service consists of. The command line and the web scaffolding are the same for all three."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from celery import Celery
from sqlalchemy import MetaData

from shared.db import Database
from shared.delivery.inbox import Handler
from shared.delivery.publish import Builder
from shared.jobs import JobKind


@dataclass(frozen=True)
class Service:
    """One service: its name, its database and tables, and which of its rows are jobs.

    Its handlers and its Celery app are imported at first use from the modules that every service has: a process that
    does not need them (the relay) does not load their libraries.
    """

    name: str
    db: Database
    metadata: Sequence[MetaData]
    jobs: Sequence[JobKind]

    @property
    def package(self) -> str:
        """The importable name, e.g. services.checkin."""
        return f"services.{self.name}"

    @property
    def celery(self) -> Celery:
        """The Celery app with all of its tasks, from the service's tasks.py."""
        return cast(Celery, import_module(f"{self.package}.tasks").celery)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Which function handles which message, from the service's messages.py."""
        return cast(Mapping[str, Handler], import_module(f"{self.package}.messages").HANDLERS)

    @property
    def builders(self) -> Mapping[str, Builder]:
        """Which function makes the facts of which message, from the service's messages.py."""
        return cast(Mapping[str, Builder], import_module(f"{self.package}.messages").PUBLISHES)

    @property
    def folder(self) -> Path:
        """The folder of the service's package."""
        return Path(__file__).resolve().parent.parent / "services" / self.name
