"""The Celery tasks of delivery, the same in every service: apply a batch, mark one as delivered, show that it works."""

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import structlog
from celery import Celery

from shared import broker, heartbeat, queues
from shared.contracts import CONTRACTS
from shared.db import Database, describe, is_transient
from shared.delivery import outbox
from shared.delivery.inbox import Handler, Message, apply_batch
from shared.log import on_behalf_of

log = structlog.get_logger()


def register(celery: Celery, db: Database, handlers: Mapping[str, Handler]) -> None:
    """Give ``celery`` the tasks ``<service>.apply-facts`` and ``<service>.acknowledge-messages``."""

    @celery.task(name=queues.apply_task(db.service))
    def apply_messages(source: str, batch: list[dict[str, Any]]) -> None:
        if all(contract.source != source for contract in CONTRACTS.values()):
            log.error("unknown-sender", source=source, count=len(batch))
            return
        messages = [Message(**{**item, "payload": json.loads(item["payload"])}) for item in batch]
        requests = sorted({message.request_id for message in messages if message.request_id})
        # With several requests in a batch, the log line names them all; only one can be passed on.
        with on_behalf_of(requests[0] if len(requests) == 1 else None):
            try:
                taken = apply_batch(db, handlers, source, messages)
            except Exception as error:
                if not is_transient(error):
                    raise
                # Not acknowledged, so the sender sends it again; retrying here would hold up what comes behind.
                log.warning("batch-postponed", source=source, count=len(batch), error=describe(error))
                return
            log.info("facts-applied", source=source, count=len(taken), requests=requests)
        _acknowledge(celery, source, db.service, taken)

    @celery.task(name=queues.heartbeat_task(db.service))
    def store_heartbeat(name: str) -> None:
        with db.transaction() as session:
            heartbeat.record(session, name)

    @celery.task(name=queues.acknowledge_task(db.service))
    def acknowledge_messages(subscriber: str, ids: list[int]) -> None:
        with db.transaction() as session:
            outbox.acknowledge(session, subscriber, ids)


# While the sender's worker is down it sends its facts again and again: their acknowledgements must not pile up.
MOST_ACKNOWLEDGEMENTS = 200


def _acknowledge(celery: Celery, source: str, subscriber: str, ids: list[int]) -> None:
    try:
        if broker.waiting(_client(os.getpid()), queues.acknowledgements(source)) >= MOST_ACKNOWLEDGEMENTS:
            log.warning("acknowledgement-dropped", source=source, count=len(ids))
            return
        celery.send_task(
            queues.acknowledge_task(source), args=[subscriber, ids], queue=queues.acknowledgements(source), retry=False
        )
    except Exception as error:
        # The sender will send these facts again, they will do nothing, and be acknowledged then.
        log.warning("acknowledgement-lost", source=source, count=len(ids), error=repr(error))


@lru_cache(maxsize=1)
def _client(_pid: int) -> Any:
    """This process's client of the broker; a worker that was forked makes its own."""
    return broker.connect()
