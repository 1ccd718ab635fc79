"""Writing scans and attendance. The door waits for these statements; they are built once at import."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import outbound
from services.checkin.models import Attendance, Scan
from services.checkin.scanning import loading, presence
from services.checkin.scanning.folding import Folded
from services.checkin.scanning.schedule import Schedule
from shared import clock

_SCANS: Any = Scan.__table__
_SCAN_COLUMNS = tuple(column.name for column in _SCANS.columns)
_INSERT_SCANS = insert(_SCANS).on_conflict_do_nothing().returning(_SCANS.c.scan_id)
_ATTENDANCE_COLUMNS = ("participant_id", "session_id", "event_id", "version", *presence.STATE)


def _upsert() -> Any:
    statement = insert(Attendance)
    # ``changed_at`` as in a new row: the devices at other doors ask for what changed since.
    values = {name: statement.excluded[name] for name in ("version", "changed_at", *presence.STATE)}
    return statement.on_conflict_do_update(index_elements=["participant_id", "session_id"], set_=values)


_UPSERT_ATTENDANCE = _upsert()


def store_attendance(session: Session, schedule: Schedule, folded: Mapping[UUID, Folded]) -> None:
    """Store and publish the attendance of these participants where it changed.

    The caller holds the locks of the participants. ``schedule`` is the newest: minutes are counted by it.
    """
    known, corrections = loading.attendance_of(session, schedule.event_id, folded)
    changed = presence.changed(schedule, folded, known, corrections, clock.now())
    if changed:
        session.execute(_UPSERT_ATTENDANCE, _rows(changed, _ATTENDANCE_COLUMNS))
        outbound.publish_attendance(session, changed)


def insert_scans(session: Session, scans: Mapping[UUID, Scan]) -> dict[UUID, Scan]:
    """Store new scans; returns them by id, a scan that was stored meanwhile in its stored form."""
    if not scans:
        return {}
    # A scan that belongs to nobody holds no lock: the same scan may have been stored first, and then that one counts.
    inserted = set(session.scalars(_INSERT_SCANS, _rows(scans.values(), _SCAN_COLUMNS)))
    lost = scans.keys() - inserted
    stored_first: Sequence[Scan] = session.scalars(select(Scan).where(Scan.scan_id.in_(lost))).all() if lost else ()
    return {**scans, **{scan.scan_id: scan for scan in stored_first}}


def _rows(objects: Iterable[Any], columns: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: getattr(each, name) for name in columns} for each in objects]
