"""A service's database: one engine per process, one transaction per use case."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from shared import settings

# Names of constraints are stable, so that migrations and error handling can refer to them.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """A MetaData with Hadir's naming convention for constraints."""
    return MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """timestamptz that rejects naive datetimes and always returns UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime given to the database")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


class Database:
    """The database of one service. The engine is made at first use, so that forked workers make their own."""

    def __init__(self, service: str):
        self.service = service
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The process's engine. Raises MissingSetting when the service's address is not in the environment."""
        if self._engine is None:
            self._engine = create_engine(
                settings.database_url(self.service),
                # Web processes run 4 threads; workers one task at a time.
                pool_size=4,
                max_overflow=2,
                pool_timeout=5,
                pool_pre_ping=True,
                # Parameters are people's data; errors are logged.
                hide_parameters=True,
                connect_args={
                    "connect_timeout": 5,
                    "application_name": f"hadir-{self.service}",
                    # A lock that is held this long is a bug; a waiting door must get an answer.
                    "options": "-c lock_timeout=5s -c statement_timeout=30s -c timezone=UTC",
                },
            )
        return self._engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back as a whole when anything is raised."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Drop the engine and its connections (after a fork, or when a test moves to another server)."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def is_up(self) -> bool:
        """Whether the database answers."""
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except (OperationalError, DBAPIError):
            return False
        return True


# SQLSTATE classes of temporary errors: connection, rolled back (deadlock, serialization), resources, operator
# intervention (shutdown), lock not available. https://www.postgresql.org/docs/current/errcodes-appendix.html
_TRANSIENT = ("08", "40", "53", "57", "55P03")


_TOLD = ("table", "column", "constraint")


def describe(error: BaseException) -> str:
    """An error for the logs. A database's message may quote people's data, so only its code is logged."""
    if not isinstance(error, DBAPIError):
        return repr(error)
    diag = getattr(error.orig, "diag", None)
    parts = [getattr(error.orig, "sqlstate", None), *(getattr(diag, f"{what}_name", None) for what in _TOLD)]
    return " ".join([type(error.orig).__name__, *(part for part in parts if part)])


def is_transient(error: BaseException) -> bool:
    """Whether a database error is temporary: a retry will probably succeed."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state: Any = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError)
    return str(state).startswith(_TRANSIENT)
