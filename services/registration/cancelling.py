"""A registration is cancelled: the seat is free at once, and the first in line has it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import seats
from services.registration.mailing import ask_for_ticket_mail, drop_waiting_ticket_mails
from services.registration.models import Event, Participant, SeatPool
from services.registration.models.participants import CANCELLED
from services.registration.publishing import publish_participants
from shared import clock


def cancel(session: Session, event: Event, participant_id: object, by_holder: bool) -> bool:
    """Cancel somebody's registration; False when it was cancelled before.

    Who cancels their own (``by_holder``) sees it on the page; anybody else is told by mail.
    """
    person = lock_participant(session, participant_id)
    if person.status == CANCELLED:
        return False
    pool_id = person.pool_id
    seats.give_back(session, person)
    person.status = CANCELLED
    person.status_at = clock.now()
    person.offer_ends_at = None
    publish_participants(session, event, [person])
    drop_waiting_ticket_mails(session, person)
    if not by_holder:
        ask_for_ticket_mail(session, person)
    if pool_id is not None:
        hand_on(session, event, pool_id)
    return True


def hand_on(session: Session, event: Event, pool_id: int) -> list[Participant]:
    """Give a pool's free seats to whoever waits for them, tell the other services, and write to those people."""
    pool = session.get(SeatPool, pool_id, with_for_update=True, populate_existing=True)
    assert pool is not None
    served = seats.serve_waiting(session, event, pool)
    if served:
        publish_participants(session, event, served)
        for person in served:
            ask_for_ticket_mail(session, person)
    return served


def lock_participant(session: Session, participant_id: object) -> Participant:
    """The participant's row as it is now, locked until the transaction ends."""
    return session.scalars(
        select(Participant)
        .where(Participant.id == participant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
