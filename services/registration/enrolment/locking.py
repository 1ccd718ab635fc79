"""The locks under which participants are changed.

All of registration locks in one order, so that no two of its transactions wait for each other: the event, then the
partner, then pools (a partner's before the open one), then people by their ids.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import Participant
from services.registration.seats import pools


def lock_participant(session: Session, participant_id: object) -> Participant:
    """The participant's row as it is now, locked until the transaction ends."""
    return session.scalars(
        select(Participant)
        .where(Participant.id == participant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def lock_with_seat(session: Session, participant_id: object) -> Participant:
    """As ``lock_participant``, with the pools in which the person may have a seat locked before."""
    # Neither of the two ever changes; the seat may, until the pools are locked.
    event_id, partner_id = session.execute(
        select(Participant.event_id, Participant.partner_id).where(Participant.id == participant_id)
    ).one()
    pools.lock_pools(session, event_id, partner_id)
    return lock_participant(session, participant_id)
