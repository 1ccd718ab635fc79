"""Applying what registration publishes: events and participants, and what they change about earlier scans."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin.models import Event, EventSchedule, RosterEntry, RosterRevision
from services.checkin.scanning import derivation, loading, schedule
from services.checkin.scanning.locking import lock_people, lock_tickets
from services.checkin.scanning.ticket_text import plain_code
from shared.delivery.copies import keep_newest
from shared.facts import EventFact, ParticipantFact

_ENTRY_COLUMNS = tuple(column.name for column in RosterEntry.__table__.columns if column.name != "revision")


def apply_events(session: Session, facts: Sequence[EventFact]) -> None:
    """Store events. Every version of a schedule is kept; minutes are counted by the newest."""
    for fact in facts:
        session.execute(
            insert(EventSchedule)
            .values(
                event_id=fact["event_id"],
                version=fact["version"],
                timezone=fact["timezone"],
                sessions=schedule.dump(fact["sessions"]),
            )
            .on_conflict_do_nothing()
        )
    derivation.derive_events(session, [fact["event_id"] for fact in keep_newest(session, Event, facts)])


def apply_participants(session: Session, facts: Sequence[ParticipantFact]) -> list[UUID]:
    """Store participants, and derive the attendance of those who changed.

    Returns the participants who are erased now: the caller forgets them.
    """
    lock_tickets(session, (ticket for fact in facts for ticket in (fact["ticket_id"], *fact["revoked_ticket_ids"])))
    lock_people(session, (fact["participant_id"] for fact in facts))
    written = [fact["participant_id"] for fact in keep_newest(session, RosterEntry, facts, _row)]
    if not written:
        return []
    people = loading.entries_of(session, written)
    _raise_revision(session, people)
    derivation.assign_and_derive(session, {key: entry for key, entry in people.items() if not entry.erased})
    return [key for key, entry in people.items() if entry.erased]


def _row(fact: ParticipantFact) -> Mapping[str, Any]:
    columns: Mapping[str, Any] = fact
    row = {name: columns[name] for name in _ENTRY_COLUMNS}
    row["code"] = plain_code(fact["code"]) or ""
    if fact["erased"]:
        row.update(name=None, organisation=None, code="", group_number=None, group_topic=None, needs_assistance=False)
    return row


def _raise_revision(session: Session, people: Mapping[UUID, RosterEntry]) -> None:
    """Give the entries of each event the next revision. The revision's row lock is held until the commit."""
    events: dict[int, list[UUID]] = defaultdict(list)
    for participant_id, entry in people.items():
        events[entry.event_id].append(participant_id)
    for event_id, ids in sorted(events.items()):
        statement = insert(RosterRevision).values(event_id=event_id, revision=1)
        revision = session.scalar(
            statement.on_conflict_do_update(
                index_elements=["event_id"], set_={"revision": RosterRevision.revision + 1}
            ).returning(RosterRevision.revision)
        )
        session.execute(update(RosterEntry).where(RosterEntry.participant_id.in_(ids)).values(revision=revision))
