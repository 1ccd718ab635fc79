"""A registration is cancelled: its seat is free at once, and goes to the first in line."""

from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.enrolment.locking import lock_with_seat
from services.registration.mail.requests import ask_for_ticket_mail, drop_waiting_ticket_mails
from services.registration.models import Event
from services.registration.models.participants import CANCELLED
from services.registration.outbound import publish_participants
from services.registration.seats import pools, waiting_list
from shared import clock
from shared.actors import Actor


def cancel(session: Session, event: Event, participant_id: object, by_holder: bool) -> bool:
    """Cancel a registration; False when it was cancelled before.

    Participants who cancel their own (``by_holder``) see it on their page. When somebody else cancels it, they get
    a mail.
    """
    person = lock_with_seat(session, participant_id)
    if person.status == CANCELLED:
        return False
    pool_id = person.pool_id
    pools.give_back(session, person)
    person.status = CANCELLED
    person.status_at = clock.now()
    person.offer_ends_at = None
    publish_participants(session, [person])
    drop_waiting_ticket_mails(session, person)
    if not by_holder:
        ask_for_ticket_mail(session, person)
    if pool_id is not None:
        waiting_list.serve(session, event, pool_id)
    return True


def cancel_by_staff(session: Session, actor: Actor, event: Event, participant_id: object) -> bool:
    """Cancel somebody's registration for an organiser or coordinator, and record it; False when it was before."""
    if not cancel(session, event, participant_id, by_holder=False):
        return False
    audit.record(session, actor, "participant.cancelled", participant_id, event_id=event.id)
    return True
