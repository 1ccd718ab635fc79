"""Forgetting a person everywhere, and forgetting needs when they have served their purpose.

The row stays without its person: figures stay as they are, and its version is the tombstone's, which every copy obeys
and no late or repeated fact can undo.
"""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.registration import audit, cancelling, names
from services.registration.models import AuditEntry, Event, Participant, WalkIn
from services.registration.models.participants import CANCELLED
from services.registration.publishing import publish_participants
from shared import clock
from shared.db import Database
from shared.delivery.erasure import scrub_delivery
from shared.mail.queue import forget
from shared.web.models import IdempotentAnswer

NEEDS_KEPT = timedelta(days=7)


def erase(session: Session, event: Event, participant_id: object) -> None:
    """Erase a person here and, by tombstone, in the other services. A seat that is still of use is freed."""
    person = cancelling.lock_participant(session, participant_id)
    if person.erased_at is not None:
        return
    if clock.now() < event.ends_at and not names.has_arrived(session, person):
        cancelling.cancel(session, event, person.id, by_holder=True)
    was_cancelled = person.status == CANCELLED
    _forget(person)
    _scrub(session, person)
    publish_participants(session, event, [person])
    audit.record(session, "participant.erased", person.id, event.id, after={"cancelled": was_cancelled})


def _forget(person: Participant) -> None:
    person.name = person.email = person.organisation = person.requested_name = None
    person.answers = {}
    forget_needs(person)
    person.erased_at = clock.now()


def forget_needs(person: Participant) -> None:
    """Drop the accommodation needs of somebody; the other services hear of the flag with the next fact."""
    person.needs = []
    person.needs_note = person.needs_consent_at = None


def _scrub(session: Session, person: Participant) -> None:
    """Take the person out of what waits, was sent, was answered and was noted."""
    session.flush()
    scrub_delivery(session, str(person.id))
    for walk_in_id in session.scalars(select(WalkIn.id).where(WalkIn.participant_id == person.id)):
        scrub_delivery(session, str(walk_in_id))
    forget(session, person.id)
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.subject == str(person.id)))
    session.execute(update(AuditEntry).where(AuditEntry.subject == str(person.id)).values(before=None, after=None))


def erase_needs_after_events(db: Database) -> None:
    """Erase the needs of everybody whose event ended more than NEEDS_KEPT ago."""
    ended = select(Event.id).where(Event.ends_at < clock.now() - NEEDS_KEPT)
    with db.transaction() as session:
        has_needs = Participant.needs_consent_at.is_not(None)
        people = session.scalars(
            select(Participant)
            .where(Participant.event_id.in_(ended), has_needs)
            .order_by(Participant.id)
            .limit(500)
            .with_for_update()
        ).all()
        by_event: dict[int, list[Participant]] = {}
        for person in people:
            forget_needs(person)
            by_event.setdefault(person.event_id, []).append(person)
        for event_id, theirs in by_event.items():
            event = session.get(Event, event_id)
            assert event is not None
            publish_participants(session, event, theirs)
