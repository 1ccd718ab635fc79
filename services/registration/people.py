"""Finding participants: search, filters, and pages that stay fast however many there are."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text, tuple_
from sqlalchemy.orm import Session, joinedload

from services.registration.models import Attendance, AuditEntry, CertificateCopy, Participant
from services.registration.models.participants import SEARCHED
from shared.mail.models import Mail

PAGE = 50
# Beyond this the list only says "more than": counting everybody each time would be what makes it slow.
MOST_COUNTED = 1_000
_LITERALLY, _ESCAPED = re.compile(r"([\\%_])"), r"\\\1"


class Page(NamedTuple):
    """One page of people, and the cursor of the next (None at the end)."""

    people: Sequence[Participant]
    next: str | None


def matching(event_id: int, wanted: Mapping[str, Any]) -> Select[Participant]:
    """Participants of an event that fit a PeopleFilter; erased people are never among them.

    ``partner`` 0 means: of no partner.
    """
    found = select(Participant).where(Participant.event_id == event_id, Participant.erased_at.is_(None))
    for name in ("status", "role"):
        if wanted.get(name):
            found = found.where(getattr(Participant, name) == wanted[name])
    if wanted.get("partner") is not None:
        found = found.where(
            Participant.partner_id == wanted["partner"] if wanted["partner"] else Participant.partner_id.is_(None)
        )
    if wanted.get("q"):
        found = found.where(_says(wanted["q"]))
    return found


def _says(words: str) -> Any:
    """Every word occurs in name, e-mail or organisation; or the whole is a ticket's code."""
    each = [SEARCHED.like(func.lower(f"%{_LITERALLY.sub(_ESCAPED, word)}%")) for word in words.split()]
    return or_(and_(*each), Participant.code == words.replace(" ", "").upper())


def page(session: Session, found: Select[Participant], cursor: str | None, size: int = PAGE) -> Page:
    """The people after ``cursor`` in the order in which they came, with their partners loaded."""
    plan_for_what_is_asked(session)
    key = tuple_(Participant.created_at, Participant.id)
    after = position(cursor)
    if after is not None:
        found = found.where(key > after)
    rows = session.scalars(
        found.options(joinedload(Participant.partner)).order_by(Participant.created_at, Participant.id).limit(size + 1)
    ).all()
    more = len(rows) > size
    return Page(rows[:size], cursor_of(rows[size - 1]) if more else None)


def count(session: Session, found: Select[Participant]) -> int:
    """How many people fit."""
    return session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0


def count_some(session: Session, found: Select[Participant], most: int = MOST_COUNTED) -> int:
    """How many people fit, but counting no further than one more than ``most``."""
    plan_for_what_is_asked(session)
    some = found.with_only_columns(Participant.id).order_by(None).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def plan_for_what_is_asked(session: Session) -> None:
    """Have this transaction's searches planned for their own words."""
    # A plan kept for any search is made for none: it cannot know whether the words are in everybody or in nobody.
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def cursor_of(row: Participant | Mail) -> str:
    """The place right behind a row, for an address."""
    raw = json.dumps([row.created_at.isoformat(), str(row.id)])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def position(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The position in a cursor; a broken one begins at the start."""
    try:
        raw = base64.urlsafe_b64decode((cursor or "") + "=" * (-len(cursor or "") % 4))
        at, person = json.loads(raw)
        position = datetime.fromisoformat(at), UUID(person)
    except (ValueError, TypeError, AttributeError):
        return None
    return position if position[0].tzinfo else None


class Record(NamedTuple):
    """What is kept about a person elsewhere: attendance, certificate, mails and audit."""

    attendance: Sequence[Attendance]
    certificate: CertificateCopy | None
    mails: Sequence[Mail]
    audit: Sequence[AuditEntry]


def record(session: Session, person: Participant) -> Record:
    """All that is kept about ``person`` besides their own row."""
    return Record(
        session.scalars(
            select(Attendance).where(Attendance.participant_id == person.id).order_by(Attendance.session_id)
        ).all(),
        session.get(CertificateCopy, person.id),
        session.scalars(select(Mail).where(Mail.subject_key == str(person.id)).order_by(Mail.created_at)).all(),
        session.scalars(select(AuditEntry).where(AuditEntry.subject == str(person.id)).order_by(AuditEntry.id)).all(),
    )


def code_of(session: Session, participant_id: UUID | None) -> str:
    """The ticket code of somebody, or nothing for nobody."""
    return session.scalar(select(Participant.code).where(Participant.id == participant_id)) or ""
