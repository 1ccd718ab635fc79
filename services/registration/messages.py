"""Which function handles which message, and which builder makes the facts that registration publishes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.registration import inbound, outbound
from shared.contracts import (
    ATTENDANCE_CHANGED,
    CERTIFICATE_CHANGED,
    EVENT_CHANGED,
    PARTICIPANT_CHANGED,
    WALK_IN_ANSWERED,
    WALK_IN_REQUESTED,
)
from shared.delivery.inbox import Handler

Builder = Callable[[Session, Sequence[Any]], Sequence[Mapping[str, Any]]]

HANDLERS: Mapping[str, Handler] = {
    ATTENDANCE_CHANGED.type: inbound.store_attendance,
    CERTIFICATE_CHANGED.type: inbound.store_certificates,
    WALK_IN_REQUESTED.type: inbound.handle_walk_ins,
}
PUBLISHES: Mapping[str, Builder] = {
    EVENT_CHANGED.type: outbound.event_facts,
    PARTICIPANT_CHANGED.type: outbound.participant_facts,
    WALK_IN_ANSWERED.type: outbound.walk_in_facts,
}
