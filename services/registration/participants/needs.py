"""Accommodation needs: changed by the participant, and dropped.

Participants see their own. Organisers see them on a person's record, as counts in the overview, and in an export that
asks for them, which the audit log records. The other services get a flag only (see outbound.py).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.enrolment.locking import lock_participant
from services.registration.models import Participant
from services.registration.outbound import publish_participants
from shared import clock
from shared.actors import Actor


def change(session: Session, actor: Actor, participant_id: object, given: Mapping[str, Any]) -> None:
    """Store what schemas.participants.NeedsSchema loaded. Without any need, the consent is dropped too.

    The audit log keeps no needs.
    """
    person = lock_participant(session, participant_id)
    person.needs = given["needs"]
    person.needs_note = given["needs_note"]
    any_left = bool(person.needs or person.needs_note)
    person.needs_consent_at = (person.needs_consent_at or clock.now()) if any_left else None
    audit.record(session, actor, "participant.needs-changed", person.id, event_id=person.event_id)
    publish_participants(session, [person])


def forget(person: Participant) -> None:
    """Drop a participant's needs. The caller publishes the participant, because the door's flag depends on them."""
    person.needs = []
    person.needs_note = person.needs_consent_at = None
