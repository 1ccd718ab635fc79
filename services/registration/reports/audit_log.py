"""The audit log of an event, in pages from the newest on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import AuditEntry
from shared.paging import Page

PAGE = 100
_LARGEST_ID = 2**63 - 1


def page(session: Session, event_id: int, before: int | None) -> Page[AuditEntry]:
    """The entries with ids below ``before`` (None: the newest). Entries are numbered in the order of recording."""
    bound = min(before, _LARGEST_ID) if before is not None else _LARGEST_ID
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.event_id == event_id, AuditEntry.id < bound)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE + 1)
    ).all()
    return Page(rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else None)
