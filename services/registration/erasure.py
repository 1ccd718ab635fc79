"""Erasing a person from all services, and erasing needs some days after the event.

The row stays without its person: counts do not change, and its version is the tombstone's, which every
copy obeys and no late or repeated fact can undo.
"""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.enrolment.cancelling import cancel
from services.registration.enrolment.locking import lock_with_seat
from services.registration.models import AuditEntry, Event, Participant, WalkIn
from services.registration.models.participants import CANCELLED
from services.registration.outbound import publish_participants
from services.registration.participants import needs, renaming
from shared import clock
from shared.actors import Actor
from shared.delivery.erasure import scrub_dead_letters, scrub_delivery
from shared.mail.queue import forget
from shared.web.models import IdempotentAnswer

NEEDS_KEPT = timedelta(days=7)


def erase(session: Session, actor: Actor, event: Event, participant_id: object) -> None:
    """Erase a person here and, by tombstone, in the other services. A seat that others can still use is freed."""
    person = lock_with_seat(session, participant_id)
    if person.erased_at is not None:
        return
    if clock.now() < event.ends_at and not renaming.has_arrived(session, person):
        cancel(session, event, person.id, by_holder=True)
    was_cancelled = person.status == CANCELLED
    _forget(person)
    _scrub(session, person)
    publish_participants(session, [person])
    after = {"cancelled": was_cancelled}
    audit.record(session, actor, "participant.erased", person.id, event_id=event.id, after=after)


def _forget(person: Participant) -> None:
    person.name = person.email = person.organisation = person.requested_name = None
    person.answers = {}
    needs.forget(person)
    person.erased_at = clock.now()


def _scrub(session: Session, person: Participant) -> None:
    """Remove the person from messages, mails, stored answers and the audit log."""
    session.flush()
    scrub_delivery(session, str(person.id))
    for walk_in_id in session.scalars(select(WalkIn.id).where(WalkIn.participant_id == person.id)):
        # The answer to the door has no name in it, and the door still waits for it.
        scrub_dead_letters(session, str(walk_in_id))
    forget(session, person.id)
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.subject == str(person.id)))
    session.execute(
        update(AuditEntry).where(AuditEntry.subject == str(person.id)).values(before=None, after=None, reason=None)
    )


def erase_needs_after_events(session: Session) -> None:
    """Erase the needs of up to 500 participants whose event ended more than NEEDS_KEPT ago (business time)."""
    ended = select(Event.id).where(Event.ends_at < clock.now() - NEEDS_KEPT)
    people = session.scalars(
        select(Participant)
        .where(Participant.event_id.in_(ended), Participant.needs_consent_at.is_not(None))
        .order_by(Participant.id)
        .limit(500)
        # Whoever is being changed is left for the next time.
        .with_for_update(skip_locked=True)
    ).all()
    for person in people:
        needs.forget(person)
    publish_participants(session, people)
