"""How a copy of another service's entity takes a fact: the higher version wins, everything else does nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, Session

F = TypeVar("F", bound=Mapping[str, Any])


def keep_newest(
    session: Session,
    model: type[DeclarativeBase],
    facts: Sequence[F],
    row: Callable[[F], Mapping[str, Any]] | None = None,
) -> list[F]:
    """Store ``facts`` in the table of ``model`` where their version is higher; returns those that were stored.

    ``row`` makes a fact's columns; without it, each column has the value of the fact's field of the same name.
    The table has a ``version`` and the facts' key as its primary key. Facts must be unique by key and sorted by it
    (the inbox sees to that).
    """
    table = cast(Table, model.__table__)
    key = [column.name for column in table.primary_key]
    if row is None:
        names = [column.name for column in table.columns]
        rows: list[Mapping[str, Any]] = [{name: fact[name] for name in names} for fact in facts]
    else:
        rows = [row(fact) for fact in facts]
    written = set(upsert_newer(session, table, key, rows))
    return [fact for fact in facts if tuple(fact[name] for name in key) in written]


def upsert_newer(
    session: Session, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """Insert or update ``rows`` (each with ``key`` columns and ``version``) where their version is higher.

    Rows must be unique by key and sorted by it. Returns the keys that were written, as tuples in the order of ``key``.
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
