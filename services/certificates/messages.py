"""Which function handles which message, and which function builds which."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy.orm import Session

from services.certificates import inbound, outbound
from shared.contracts import ATTENDANCE_CHANGED, CERTIFICATE_CHANGED, EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.inbox import Handler

Builder = Callable[[Session, Sequence[Any]], Sequence[Mapping[str, Any]]]

HANDLERS: Mapping[str, Handler] = {
    EVENT_CHANGED.type: cast(Handler, inbound.keep_events),
    PARTICIPANT_CHANGED.type: cast(Handler, inbound.keep_participants),
    ATTENDANCE_CHANGED.type: cast(Handler, inbound.keep_attendance),
}

PUBLISHES: Mapping[str, Builder] = {
    CERTIFICATE_CHANGED.type: outbound.certificate_facts,
}
