"""One line per event, with the request's id, so that one search shows a participant's way through all services."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any

import structlog

from shared import settings


def request_id() -> str | None:
    """The id of the request that caused the current work, if there is one."""
    found = structlog.contextvars.get_contextvars().get("request_id")
    return str(found) if found else None


def on_behalf_of(request_id: str | None) -> AbstractContextManager[None]:
    """In this context, log lines, facts and jobs carry the id of the request that caused the work."""
    return structlog.contextvars.bound_contextvars(request_id=request_id)


def describe_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where an error came from and what it was, without the data that database errors quote."""
    raised = event.pop("exc_info", None)
    error = sys.exc_info()[1] if raised is True else raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        # Imported here for the processes that have no database, such as the beat.
        from shared.db import describe
    parts = []
    while isinstance(error, BaseException):
        parts.append("".join(traceback.format_tb(error.__traceback__)) + describe(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if parts:
        event["exception"] = "\n\nwhich came from:\n".join(parts)
    return event


def configure() -> None:
    """Send structlog and the standard library's logging to stderr, as JSON or (HADIR_LOG=console) for people."""
    to_console = settings.optional("HADIR_LOG", "json") == "console"
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if to_console else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exception,
    ]
    structlog.configure(
        processors=[
            *shared,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Celery logs every received task at INFO; our tasks write their own lines.
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)
