"""Taking what check-in and certificates tell: higher versions win."""

from sqlalchemy.orm import Session

from services.registration.models import Attendance, Base, CertificateCopy
from shared.delivery.copies import upsert_newer
from shared.delivery.inbox import Facts


def take_attendance(session: Session, facts: Facts) -> None:
    """Keep who was in which session."""
    _take(session, Attendance, ("participant_id", "session_id"), facts)


def take_certificates(session: Session, facts: Facts) -> None:
    """Keep whose certificate has which number and standing."""
    _take(session, CertificateCopy, ("participant_id",), facts)


def _take(session: Session, model: type[Base], key: tuple[str, ...], facts: Facts) -> None:
    table = Base.metadata.tables[model.__tablename__]
    rows = [{column.name: fact[column.name] for column in table.columns} for fact in facts]
    upsert_newer(session, table, key, rows)
