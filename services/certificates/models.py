"""Tables of certificates."""

from sqlalchemy.orm import DeclarativeBase

from shared.db import Database, metadata

db = Database("certificates")


class Base(DeclarativeBase):
    """The tables that certificates owns."""

    metadata = metadata()
