"""The lock under which a participant is changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.models import Participant


def lock_participant(session: Session, participant_id: object) -> Participant:
    """The participant's row as it is now, locked until the transaction ends."""
    return session.scalars(
        select(Participant)
        .where(Participant.id == participant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
