"""What all tables of registration share."""

from sqlalchemy.orm import DeclarativeBase

from shared.db import Database, metadata

db = Database("registration")


class Base(DeclarativeBase):
    """The tables that registration owns."""

    metadata = metadata()
