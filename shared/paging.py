"""Keyset pages: a page begins after the last row of the previous one, so a deep page costs the same as the first.

Keys are a business timestamp and a row id: rows with the same timestamp stay in a stable order.
"""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import Session

Row = TypeVar("Row")
Position = tuple[datetime, UUID]


class Page(NamedTuple, Generic[Row]):
    """The rows of one page, and the cursor of the next page (None at the end)."""

    rows: Sequence[Row]
    next: str | None


def fetch(
    session: Session,
    query: Select[Row],
    at: Any,
    row_id: Any,
    cursor: str | None,
    size: int,
    newest_first: bool = False,
) -> Page[Row]:
    """The page of ``query`` after ``cursor``, ordered by the columns ``at`` and ``row_id``.

    An unreadable cursor gives the first page: it comes from a URL that anybody can edit.
    """
    key: Any = tuple_(at, row_id)
    after = position(cursor)
    if after is not None:
        query = query.where(key < after if newest_first else key > after)
    columns: list[ColumnElement[Any]] = [at.desc(), row_id.desc()] if newest_first else [at, row_id]
    # One extra row shows whether there is a next page.
    rows = session.scalars(query.order_by(*columns).limit(size + 1)).all()
    last = rows[size - 1] if len(rows) > size else None
    return Page(rows[:size], cursor_of(getattr(last, at.key), getattr(last, row_id.key)) if last is not None else None)


def cursor_of(at: datetime, row_id: UUID) -> str:
    """The position after the row with this key, as text that is safe in a URL."""
    raw = json.dumps([at.isoformat(), str(row_id)])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def position(cursor: str | None) -> Position | None:
    """The key in a cursor, or None when there is none or it cannot be read."""
    try:
        raw = base64.urlsafe_b64decode((cursor or "") + "=" * (-len(cursor or "") % 4))
        at, row_id = json.loads(raw)
        found = datetime.fromisoformat(at), UUID(row_id)
    except (ValueError, TypeError, AttributeError):
        return None
    return found if found[0].tzinfo else None
