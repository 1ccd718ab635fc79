"""How a copy of another service's entity takes a fact: the higher version wins, everything else does nothing."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Executable, Table, text
from sqlalchemy.dialects import postgresql
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
    written = session.execute(_upsert(table, tuple(key), tuple(rows[0])), {"rows": json.dumps(rows, default=_plain)})
    return [tuple(row) for row in written]


@cache
def _upsert(table: Table, key: tuple[str, ...], names: tuple[str, ...]) -> Executable:
    """The statement that takes rows as one JSON array: several times faster than a parameter for each value."""
    types = {name: table.c[name].type.compile(dialect=_POSTGRESQL) for name in names}
    columns = ", ".join(names)
    # Columns of JSON come as JSON; everything else is read by the column's own type.
    given = ", ".join(f"{name} {sql_type}" for name, sql_type in types.items())
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    statement = text(
        f"INSERT INTO {table.name} ({columns}) SELECT {columns} "
        f"FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS given ({given}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed} WHERE excluded.version > {table.name}.version "
        f"RETURNING {', '.join(key)}"
    )
    return statement.columns(*(table.c[name] for name in key))


_POSTGRESQL = postgresql.dialect()


def _plain(value: object) -> str:
    """A value that JSON has no word for, as PostgreSQL reads it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be kept in a copy")
