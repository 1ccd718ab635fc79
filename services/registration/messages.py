"""What registration hears from others, and which function takes it. What it tells is in publishing.py."""

from collections.abc import Mapping

from services.registration.copies import take_attendance, take_certificates
from services.registration.walkins import take_walk_ins
from shared.contracts import ATTENDANCE_CHANGED, CERTIFICATE_CHANGED, WALK_IN_REQUESTED
from shared.delivery.inbox import Handler

HANDLERS: Mapping[str, Handler] = {
    ATTENDANCE_CHANGED.type: take_attendance,
    CERTIFICATE_CHANGED.type: take_certificates,
    WALK_IN_REQUESTED.type: take_walk_ins,
}
