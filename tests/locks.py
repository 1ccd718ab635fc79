"""Which tables a use case locks, in which order, as seen from the statements that it sends."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from shared.db import Database

_LOCKING = (
    re.compile(r"^\s*SELECT\b.*?\bFROM (\w+).*\bFOR (?:NO KEY UPDATE|UPDATE|SHARE)", re.S),
    re.compile(r"^\s*UPDATE (\w+) SET", re.S),
    re.compile(r"^\s*DELETE FROM (\w+)", re.S),
    re.compile(r"^\s*INSERT INTO (\w+).*ON CONFLICT", re.S),
)


@contextmanager
def locked_tables(db: Database) -> Iterator[list[list[str]]]:
    """The tables of which rows are locked inside, in order, for each transaction that commits."""
    done: list[list[str]] = []
    now: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        now.extend(found.group(1) for pattern in _LOCKING if (found := pattern.match(statement)))

    def end(_connection: Any) -> None:
        done.append([*now])
        now.clear()

    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.engine, "commit", end)
    try:
        yield done
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        event.remove(db.engine, "commit", end)


def firsts(locked: Sequence[str], order: Sequence[str]) -> list[str]:
    """The tables of ``order`` in the order in which they are first locked."""
    return list(dict.fromkeys(table for table in locked if table in order))


def out_of_order(transactions: Sequence[Sequence[str]], order: Sequence[str]) -> list[list[str]]:
    """The transactions that take their first lock in a table after one in a table that stands behind it."""
    return [
        found for locked in transactions if (found := firsts(locked, order)) != sorted(found, key=list(order).index)
    ]
