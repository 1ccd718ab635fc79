"""What checkin hears from others, and which function takes it."""

from collections.abc import Mapping

from shared.delivery.inbox import Handler

HANDLES: Mapping[str, Handler] = {}
