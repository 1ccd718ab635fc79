"""Finding participants: search, filters, and pages that stay fast however many there are."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import Session, joinedload

from services.registration.models import Participant
from services.registration.models.participants import SEARCHED
from shared import paging
from shared.paging import Page

PAGE = 50
# Beyond this, the list only says "more than": counting everybody would make it slow.
MOST_COUNTED = 1_000
_LITERALLY, _ESCAPED = re.compile(r"([\\%_])"), r"\\\1"


def matching(event_id: int, wanted: Mapping[str, Any]) -> Select[Participant]:
    """Participants of an event that match a ParticipantsQuery; erased people are never among them.

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
        found = found.where(_contains(wanted["q"]))
    return found


def _contains(words: str) -> Any:
    """Every word occurs in name, e-mail or organisation; or the whole is a ticket's code."""
    each = [SEARCHED.like(func.lower(f"%{_LITERALLY.sub(_ESCAPED, word)}%")) for word in words.split()]
    return or_(and_(*each), Participant.code == words.replace(" ", "").upper())


def page(session: Session, found: Select[Participant], cursor: str | None, size: int = PAGE) -> Page[Participant]:
    """The participants behind ``cursor`` in the order in which they registered, with their partners loaded."""
    plan_for_these_values(session)
    query = found.options(joinedload(Participant.partner))
    return paging.fetch(session, query, Participant.created_at, Participant.id, cursor, size)


def count(session: Session, found: Select[Participant]) -> int:
    """How many participants match."""
    return session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0


def count_some(session: Session, found: Select[Participant], most: int = MOST_COUNTED) -> int:
    """How many participants match, but counting at most one more than ``most``."""
    plan_for_these_values(session)
    some = found.with_only_columns(Participant.id).order_by(None).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def plan_for_these_values(session: Session) -> None:
    """Let PostgreSQL plan this transaction's queries for the values they search for."""
    # A generic plan cannot know whether a word matches everybody or nobody.
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def find(session: Session, participant_id: UUID, **where: Any) -> Participant | None:
    """The participant, with the partner loaded, who matches ``where`` (event_id or partner_id); never one erased."""
    query = select(Participant).filter_by(id=participant_id, erased_at=None, **where)
    return session.scalar(query.options(joinedload(Participant.partner)))


def code_of(session: Session, participant_id: UUID | None) -> str:
    """The ticket code of a participant, or "" for None."""
    return session.scalar(select(Participant.code).where(Participant.id == participant_id)) or ""
