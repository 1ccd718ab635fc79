"""Locks that make the scans of one ticket wait for each other, held until the transaction ends.

To avoid deadlocks, every caller locks in one order: first all tickets, then all people, each sorted.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

_LOCK = text("SELECT count(*) FROM (SELECT pg_advisory_xact_lock(key) FROM unnest(:keys) AS key) AS locks").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger))
)


def lock_tickets(session: Session, ticket_ids: Iterable[UUID]) -> None:
    """Wait until no other transaction works on these tickets. Call this before lock_people."""
    lock_all(session, ticket_ids, ())


def lock_people(session: Session, participant_ids: Iterable[UUID]) -> None:
    """Wait until no other transaction works on the scans of these participants."""
    lock_all(session, (), participant_ids)


def lock_all(session: Session, ticket_ids: Iterable[UUID], participant_ids: Iterable[UUID]) -> None:
    """Both, in one statement."""
    keys = [*_keys("ticket", ticket_ids), *_keys("person", participant_ids)]
    if keys:
        session.execute(_LOCK, {"keys": keys})


def _keys(kind: str, ids: Iterable[UUID]) -> list[int]:
    return sorted({_key(kind, each) for each in ids})


def _key(kind: str, each: UUID) -> int:
    return int.from_bytes(hashlib.blake2b(f"{kind}:{each}".encode(), digest_size=8).digest(), signed=True)
