"""Accommodation needs, changed by the person who has them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.cancelling import lock_participant
from services.registration.models import Event
from services.registration.publishing import publish_participants
from shared import clock


def change(session: Session, event: Event, participant_id: object, given: Mapping[str, Any]) -> None:
    """Store what schemas.WithNeeds loaded; without any need the consent goes too. The log keeps no needs."""
    person = lock_participant(session, participant_id)
    person.needs = given["needs"]
    person.needs_note = given["needs_note"]
    any_left = bool(person.needs or person.needs_note)
    person.needs_consent_at = (person.needs_consent_at or clock.now()) if any_left else None
    audit.record(session, "participant.needs-changed", person.id, event.id)
    publish_participants(session, event, [person])
