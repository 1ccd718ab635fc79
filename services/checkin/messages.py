"""What checkin hears from others, and which function takes it."""

from collections.abc import Mapping

from services.checkin import roster, walkins
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED, WALK_IN_ANSWERED
from shared.delivery.inbox import Handler

HANDLERS: Mapping[str, Handler] = {
    EVENT_CHANGED.type: roster.take_events,
    PARTICIPANT_CHANGED.type: roster.take_people,
    WALK_IN_ANSWERED.type: walkins.take_answers,
}
