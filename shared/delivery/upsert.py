"""The one way in which a copy takes a fact: higher versions win, everything else does nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session


def upsert_newer(
    session: Session, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """Insert or update ``rows`` (each with ``key`` columns and ``version``) where their version is higher.

    Rows must be unique by key and sorted by it (the inbox sees to that). Returns the keys that were written, as
    tuples in the order of ``key``.
    """
    if not rows:
        return []
    statement = insert(table)
    columns = [name for name in rows[0] if name not in key]
    newer = statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: statement.excluded[name] for name in columns},
        where=statement.excluded.version > table.c.version,
    ).returning(*(table.c[name] for name in key))
    return [tuple(row) for row in session.execute(newer, list(rows)).all()]
