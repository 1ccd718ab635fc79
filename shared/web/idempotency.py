"""A POST that is sent twice with the same Idempotency-Key is executed once, and both get the first answer.

The key is claimed in the use case's own transaction, as its first statement: a second request with the key waits for
the first to commit, and then reads its answer.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import clock
from shared.chores import delete_some
from shared.web.models import IdempotentAnswer

KEPT = timedelta(days=1)


class KeyReused(ValueError):
    """The key was already used with different content: an error of the caller (answer 422)."""


class Answer(NamedTuple):
    """A stored answer: HTTP status and JSON body."""

    status: int
    body: dict[str, Any]


def claim(session: Session, scope: str, key: str, content: Any) -> Answer | None:
    """Claim ``key`` for this request; returns the earlier answer when it was already claimed with the same ``content``.

    ``content`` is JSON data. Raises KeyReused when the content differs.
    """
    key = _column_key(key)
    fingerprint = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    taken = session.execute(
        insert(IdempotentAnswer)
        .values(scope=scope, key=key, fingerprint=fingerprint, created_at=clock.real_now())
        .on_conflict_do_nothing()
        .returning(IdempotentAnswer.key)
    ).first()
    if taken:
        return None
    earlier = session.scalars(
        select(IdempotentAnswer).where(IdempotentAnswer.scope == scope, IdempotentAnswer.key == key)
    ).one()
    if earlier.fingerprint != fingerprint:
        raise KeyReused(key)
    assert earlier.status is not None
    assert earlier.body is not None
    return Answer(earlier.status, earlier.body)


def store(session: Session, scope: str, key: str, answer: Answer, subject: str | None = None) -> None:
    """Store the answer to the request that claimed ``key``, in the same transaction as its changes."""
    session.execute(
        update(IdempotentAnswer)
        .where(IdempotentAnswer.scope == scope, IdempotentAnswer.key == _column_key(key))
        .values(status=answer.status, body=answer.body, subject=subject)
    )


def _column_key(key: str) -> str:
    """The caller's key if it fits the column, else a digest of it."""
    fits = len(key) <= 200 and key.isascii() and key.isprintable()
    return key if fits else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def purge(session: Session, limit: int) -> int:
    """Delete up to ``limit`` answers older than KEPT; returns how many."""
    return delete_some(session, IdempotentAnswer, limit, IdempotentAnswer.created_at < clock.real_now() - KEPT)
