"""What a service does regularly: a table of chores, each in transactions of its own.

A chore that fails is logged with its name, and the next one runs: a defect in one of them must not stop the purges, nor
the releases of seats. The tick itself never fails; the log says what did.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy import ColumnElement, delete, inspect, select, tuple_
from sqlalchemy.orm import DeclarativeBase, Session

from shared.db import Database, describe

log = structlog.get_logger()

Row = TypeVar("Row")
Chore = Callable[[Database], object]

# Rows are deleted in chunks, each in a short transaction; what is left after MOST_CHUNKS goes with the next tick.
CHUNK = 2000
MOST_CHUNKS = 10


def run(db: Database, chores: Mapping[str, Chore]) -> None:
    """Do every chore in the order of the table, whatever happens in the ones before it."""
    for name, chore in chores.items():
        try:
            chore(db)
        except Exception as error:
            log.error("chore-failed", service=db.service, chore=name, error=describe(error))


def once(do: Callable[[Session], object]) -> Chore:
    """A chore that is one transaction."""

    def chore(db: Database) -> None:
        with db.transaction() as session:
            do(session)

    return chore


def each(find: Callable[[Session], Sequence[Row]], handle: Callable[[Session, Row], object]) -> Chore:
    """A chore that handles every row that ``find`` returns in a transaction of its own, so that locks are held briefly.

    A row that fails is logged, and does not hold up the others.
    """

    def chore(db: Database) -> None:
        with db.transaction() as session:
            found = find(session)
        for row in found:
            try:
                with db.transaction() as session:
                    handle(session, row)
            except Exception as error:
                log.error("chore-row-failed", service=db.service, row=str(row), error=describe(error))

    return chore


def purge(some: Callable[[Session, int], int]) -> Chore:
    """A chore that deletes old rows: ``some`` deletes up to so many and returns how many it deleted."""

    def chore(db: Database) -> None:
        for _ in range(MOST_CHUNKS):
            with db.transaction() as session:
                deleted = some(session, CHUNK)
            if deleted < CHUNK:
                return

    return chore


def delete_some(session: Session, model: type[DeclarativeBase], limit: int, *where: ColumnElement[bool]) -> int:
    """Delete up to ``limit`` rows that match ``where``, and return how many. Rows that somebody works on are left."""
    key: Any = tuple_(*inspect(model).primary_key)
    chosen = select(*inspect(model).primary_key).where(*where).limit(limit).with_for_update(skip_locked=True)
    statement = delete(model).where(key.in_(chosen)).returning(*inspect(model).primary_key)
    return len(session.execute(statement.execution_options(synchronize_session=False)).all())
