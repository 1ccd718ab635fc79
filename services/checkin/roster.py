"""Hearing of events and people: the copies, and what they change about scans that came before them."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.checkin import attendance, truth
from services.checkin.folding import Folded
from services.checkin.locking import lock_people, lock_tickets
from services.checkin.models import Attendee, AuditEntry, Correction, Event, EventSchedule, RosterRevision, Scan, WalkIn
from services.checkin.reading import plain_code
from services.checkin.schedule import dump
from shared.delivery.copies import upsert_newer
from shared.delivery.erasure import scrub_delivery
from shared.delivery.inbox import Facts

_EVENT_COLUMNS = tuple(column.name for column in Event.__table__.columns)
_ROSTER_COLUMNS = tuple(column.name for column in Attendee.__table__.columns if column.name != "revision")


def take_events(session: Session, facts: Facts) -> None:
    """Copy events. Every schedule that was ever in force is kept; minutes follow the newest."""
    for fact in facts:
        session.execute(
            insert(EventSchedule)
            .values(
                event_id=fact["event_id"],
                version=fact["version"],
                timezone=fact["timezone"],
                sessions=dump(fact["sessions"]),
            )
            .on_conflict_do_nothing()
        )
    rows = [{name: fact[name] for name in _EVENT_COLUMNS} for fact in facts]
    for (event_id,) in upsert_newer(session, _table(Event), ["event_id"], rows):
        recount(session, event_id)


def take_people(session: Session, facts: Facts) -> None:
    """Copy participants, settle what was provisional, and forget who was erased."""
    lock_tickets(session, (ticket for fact in facts for ticket in (fact["ticket_id"], *fact["revoked_ticket_ids"])))
    lock_people(session, (fact["participant_id"] for fact in facts))
    written = [key for (key,) in upsert_newer(session, _table(Attendee), ["participant_id"], [_row(f) for f in facts])]
    if not written:
        return
    people = {row.participant_id: row for row in _attendees(session, written)}
    for row in people.values():
        if row.erased:
            forget(session, row.participant_id)
    _revise(session, people)
    settle_and_refold(session, {key: row for key, row in people.items() if not row.erased})


def settle_and_refold(session: Session, people: Mapping[UUID, Attendee]) -> None:
    """Give scans that came before these people to them, and derive the truth. The caller holds their locks."""
    truth.settle(session, people)
    for event_id, group in _by_event(people.values()).items():
        refold(session, event_id, group)


def refold(session: Session, event_id: int, people: Mapping[UUID, Attendee]) -> None:
    """Derive the truth about these participants again, also where only staff say it. The caller holds their locks."""
    groups = truth.group(truth.scans_of(session, event_id, people))
    versions = truth.schedules_of(session, event_id, (scan.schedule_version for g in groups.values() for scan in g))
    if not versions:
        return
    folded = dict.fromkeys(people, Folded({}, {}))
    for subject, scans in groups.items():
        folded[subject.id] = truth.fold_scans(scans, truth.person_of(people[subject.id]), versions)
    attendance.store(session, versions[max(versions)], itertools.starmap(attendance.Found, folded.items()))


def recount(session: Session, event_id: int) -> None:
    """The event's hours may have changed: count the minutes of everybody who was scanned, or set right, again."""
    scanned = select(Scan.participant_id).where(Scan.event_id == event_id, Scan.participant_id.is_not(None))
    set_right = select(Correction.participant_id).where(Correction.event_id == event_id)
    ids = sorted(key for key in session.scalars(scanned.union(set_right)) if key)
    lock_people(session, ids)
    people = {row.participant_id: row for row in _attendees(session, ids) if not row.erased}
    refold(session, event_id, people)


def forget(session: Session, participant_id: UUID) -> None:
    """Whoever is erased leaves no words behind: reasons that staff gave, facts that wait, dead letters."""
    scrub_delivery(session, str(participant_id))
    # An empty reason still says that staff let this person in.
    theirs = (Scan.participant_id == participant_id, Scan.override_reason.is_not(None))
    session.execute(update(Scan).where(*theirs).values(override_reason=""))
    session.execute(update(Correction).where(Correction.participant_id == participant_id).values(reason=""))
    own = WalkIn.participant_id == participant_id
    for walk_in_id in session.scalars(select(WalkIn.walk_in_id).where(own)):
        scrub_delivery(session, str(walk_in_id))
    session.execute(update(WalkIn).where(own).values(name="", email=None, organisation=None, reason=None))
    session.execute(update(AuditEntry).where(AuditEntry.subject == participant_id).values(reason=None))


def _row(fact: Mapping[str, Any]) -> dict[str, Any]:
    row = {name: fact[name] for name in _ROSTER_COLUMNS}
    row["code"] = plain_code(fact["code"]) or ""
    if fact["erased"]:
        row.update(name=None, organisation=None, code="", group_number=None, group_topic=None, needs_assistance=False)
    return row


def _attendees(session: Session, ids: Iterable[UUID]) -> list[Attendee]:
    found = select(Attendee).where(Attendee.participant_id.in_(list(ids)))
    # The upsert went past the session: what it remembers of these rows is old.
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _by_event(people: Iterable[Attendee]) -> dict[int, dict[UUID, Attendee]]:
    groups: dict[int, dict[UUID, Attendee]] = defaultdict(dict)
    for row in people:
        groups[row.event_id][row.participant_id] = row
    return groups


def _revise(session: Session, people: Mapping[UUID, Attendee]) -> None:
    """Give the rows of each event the next revision. The revision's row lock is held until the commit."""
    for event_id, group in sorted(_by_event(people.values()).items()):
        statement = insert(RosterRevision).values(event_id=event_id, revision=1)
        revision = session.scalar(
            statement.on_conflict_do_update(
                index_elements=["event_id"], set_={"revision": RosterRevision.revision + 1}
            ).returning(RosterRevision.revision)
        )
        session.execute(update(Attendee).where(Attendee.participant_id.in_(list(group))).values(revision=revision))


def _table(model: Any) -> Any:
    return model.__table__
