"""What checkin receives and publishes."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from services.checkin import inbound, outbound
from shared.contracts import (
    ATTENDANCE_CHANGED,
    EVENT_CHANGED,
    PARTICIPANT_CHANGED,
    WALK_IN_ANSWERED,
    WALK_IN_REQUESTED,
)
from shared.delivery.inbox import Handler

Builder = Callable[..., list[Any]]

HANDLERS: Mapping[str, Handler] = {
    EVENT_CHANGED.type: cast(Handler, inbound.handle_events),
    PARTICIPANT_CHANGED.type: cast(Handler, inbound.handle_participants),
    WALK_IN_ANSWERED.type: cast(Handler, inbound.handle_walk_in_answers),
}
PUBLISHES: Mapping[str, Builder] = {
    ATTENDANCE_CHANGED.type: outbound.attendance_facts,
    WALK_IN_REQUESTED.type: outbound.walk_in_request_facts,
}
