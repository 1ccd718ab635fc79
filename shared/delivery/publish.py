"""Publishing facts: rows in the outbox, in the same transaction as the change that they describe."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, text
from sqlalchemy.orm import Session

from shared import clock
from shared.contracts import Contract
from shared.delivery.models import Outgoing

# Makes the facts of one contract from a service's own rows.
Builder = Callable[[Session, Sequence[Any]], Sequence[Mapping[str, Any]]]

CHANNEL = "hadir_outbox"
_INSERT_AND_NOTIFY = insert(Outgoing).returning(func.pg_notify(CHANNEL, ""))


def publish(session: Session, contract: Contract, facts: Iterable[Mapping[str, Any]]) -> None:
    """Send ``facts`` of one kind to every subscriber of ``contract`` when this transaction commits.

    One statement, however many facts there are. Raises ContractError when one does not fit its contract.
    """
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
        # One statement inserts and notifies: the door waits for it.
        session.execute(_INSERT_AND_NOTIFY, rows)


def wake_relay(session: Session) -> None:
    """Wake this service's relay when the transaction commits (PostgreSQL folds repeated calls into one)."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
