"""Tables of checkin."""

from sqlalchemy.orm import DeclarativeBase

from shared.db import Database, metadata

db = Database("checkin")


class Base(DeclarativeBase):
    """The tables that checkin owns."""

    metadata = metadata()
