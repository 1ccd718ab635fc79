"""What checkin hears from others, and which function takes it."""

from collections.abc import Mapping

from services.checkin import roster
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.inbox import Handler

HANDLES: Mapping[str, Handler] = {
    EVENT_CHANGED.type: roster.take_events,
    PARTICIPANT_CHANGED.type: roster.take_people,
}
