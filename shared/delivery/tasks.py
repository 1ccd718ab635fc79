"""The two Celery tasks of delivery, the same in every service: apply a batch, and mark one as delivered."""

from collections.abc import Mapping
from typing import Any

import structlog
from celery import Celery

from shared import queues
from shared.db import Database, is_transient
from shared.delivery import outbox
from shared.delivery.inbox import Handler, Message, apply_batch

log = structlog.get_logger()


def register(celery: Celery, db: Database, handlers: Mapping[str, Handler]) -> None:
    """Give ``celery`` the tasks ``<service>.apply-messages`` and ``<service>.acknowledge-messages``."""
    service = db.service

    @celery.task(name=queues.apply_task(service))
    def apply_messages(source: str, batch: list[dict[str, Any]]) -> None:
        messages = [Message(item["id"], item["type"], item["payload"]) for item in batch]
        try:
            taken = apply_batch(db, handlers, source, messages)
        except Exception as error:
            if not is_transient(error):
                raise
            # Not acknowledged, so the sender sends it again; retrying here would hold up what comes behind.
            log.warning("batch-postponed", source=source, count=len(batch), error=repr(error))
            return
        log.info("facts-applied", source=source, count=len(taken))
        _acknowledge(celery, source, taken)

    @celery.task(name=queues.acknowledge_task(service))
    def acknowledge_messages(ids: list[int]) -> None:
        with db.transaction() as session:
            outbox.acknowledge(session, ids)


def _acknowledge(celery: Celery, source: str, ids: list[int]) -> None:
    try:
        celery.send_task(
            queues.acknowledge_task(source), args=[ids], queue=queues.acknowledgements(source), retry=False
        )
    except Exception as error:
        # The sender will send these facts again, they will do nothing, and be acknowledged then.
        log.warning("acknowledgement-lost", source=source, count=len(ids), error=repr(error))
