"""Forgetting a person. The roster entry is emptied when the fact is applied; this scrubs everything else."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.checkin.models import AuditEntry, Correction, Scan, WalkIn
from shared.delivery.erasure import scrub_dead_letters, scrub_delivery


def forget(session: Session, participant_id: UUID) -> None:
    """Scrub every text about an erased person: reasons that staff gave, the walk-in, facts that waited or were kept.

    Their attendance is published all the same: it has no name in it, and the other services count with it.
    """
    scrub_dead_letters(session, str(participant_id))
    # An empty reason still says that staff overruled the verdict.
    theirs = (Scan.participant_id == participant_id, Scan.override_reason.is_not(None))
    session.execute(update(Scan).where(*theirs).values(override_reason=""))
    session.execute(update(Correction).where(Correction.participant_id == participant_id).values(reason=""))
    own = WalkIn.participant_id == participant_id
    for walk_in_id in session.scalars(select(WalkIn.walk_in_id).where(own)):
        scrub_delivery(session, str(walk_in_id))
    session.execute(update(WalkIn).where(own).values(name="", email=None, organisation=None, reason=None))
    session.execute(update(AuditEntry).where(AuditEntry.subject == str(participant_id)).values(reason=None))
