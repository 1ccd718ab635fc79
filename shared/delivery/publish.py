"""Publishing facts: rows in the outbox, in the same transaction as the change that they describe."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock, log
from shared.contracts import Contract

# Makes the facts of one contract from a service's own rows.
Builder = Callable[[Session, Sequence[Any]], Sequence[Mapping[str, Any]]]

CHANNEL = "hadir_outbox"
# One statement inserts and notifies: the door waits for it. Each fact travels to PostgreSQL once, as JSON, and becomes
# one row for each subscriber, without the fields that are not for them.
_INSERT_AND_NOTIFY = text(
    """
    WITH facts AS (
        SELECT fact ->> 0 AS key, fact -> 1 AS payload, place
        FROM jsonb_array_elements(cast(:facts AS jsonb)) WITH ORDINALITY AS given (fact, place)
    ), written AS (
        INSERT INTO outbox (subscriber, type, key, payload, published_at, due_at, attempts, request_id)
        SELECT name, :type, key, payload - hidden.names, :now, :now, 0, :request_id
        FROM facts
        CROSS JOIN jsonb_to_recordset(cast(:subscribers AS jsonb)) AS receiver (name text, hidden jsonb)
        CROSS JOIN LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(receiver.hidden)) AS names) AS hidden
        ORDER BY place
        RETURNING 1
    )
    SELECT pg_notify(:channel, '') FROM (SELECT count(*) FROM written) AS counted
    """
)


def publish(session: Session, contract: Contract, facts: Iterable[Mapping[str, Any]]) -> None:
    """Send ``facts`` of one kind to every subscriber of ``contract`` when this transaction commits.

    One statement, however many facts there are. Raises ContractError when one does not fit its
    contract and HADIR_CHECK_FACTS is set (as in tests); otherwise its receivers find out.
    """
    payloads = [contract.dump(fact) for fact in facts]
    if not payloads:
        return
    session.flush()
    session.execute(
        _INSERT_AND_NOTIFY,
        {
            "facts": json.dumps([[contract.key_of(payload), payload] for payload in payloads]),
            "subscribers": json.dumps(
                [{"name": name, "hidden": contract.hidden_from(name)} for name in contract.subscribers]
            ),
            "type": contract.type,
            "now": clock.real_now(),
            "request_id": log.request_id(),
            "channel": CHANNEL,
        },
    )


def wake_relay(session: Session) -> None:
    """Wake this service's relay when the transaction commits (PostgreSQL folds repeated calls into one)."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
