"""Telling other services: rows in the outbox, in the same transaction as the change they tell of."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, insert, text
from sqlalchemy.orm import Session

from shared import clock
from shared.contracts import Contract
from shared.delivery.models import Outgoing

CHANNEL = "hadir_outbox"
_TELL = insert(Outgoing).returning(func.pg_notify(CHANNEL, ""))


def publish(session: Session, contract: Contract, fact: Mapping[str, Any]) -> None:
    """Tell every subscriber of ``contract`` of one fact when this transaction commits.

    Raises ContractError when the fact does not fit its contract.
    """
    publish_many(session, contract, [fact])


def publish_many(session: Session, contract: Contract, facts: Iterable[Mapping[str, Any]]) -> None:
    """As publish, for several facts of one kind in one statement."""
    due_at = clock.real_now()
    rows = []
    for fact in facts:
        payload = contract.dump(fact)
        rows += [
            {
                "subscriber": subscriber,
                "type": contract.type,
                "key": contract.key_of(payload),
                "payload": contract.payload_for(subscriber, payload),
                "due_at": due_at,
            }
            for subscriber in contract.subscribers
        ]
    if rows:
        # Telling and waking in one statement: a door waits for it.
        session.execute(_TELL, rows)


def wake_relay(session: Session) -> None:
    """Wake this service's relay when the transaction commits (PostgreSQL folds repeated calls into one)."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
