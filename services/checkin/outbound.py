"""Own rows as the facts that other services receive."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.checkin.models import Attendance, WalkIn
from shared.contracts import ATTENDANCE_CHANGED, WALK_IN_REQUESTED
from shared.delivery.publish import publish
from shared.facts import AttendanceFact, WalkInRequestFact


def publish_attendance(session: Session, rows: Sequence[Attendance]) -> None:
    """Send attendance to certificates and registration."""
    publish(session, ATTENDANCE_CHANGED, attendance_facts(session, rows))


def publish_walk_in_requests(session: Session, rows: Sequence[WalkIn]) -> None:
    """Ask registration to register these walk-ins."""
    publish(session, WALK_IN_REQUESTED, walk_in_request_facts(session, rows))


def attendance_facts(_session: Session, rows: Sequence[Attendance]) -> list[AttendanceFact]:
    """checkin.attendance-changed.v1"""
    return [
        {
            "participant_id": row.participant_id,
            "session_id": row.session_id,
            "event_id": row.event_id,
            "version": row.version,
            "arrived_at": row.arrived_at,
            "left_at": row.left_at,
            "minutes": row.minutes,
            "punctuality": row.punctuality,
            "corrected": row.corrected,
        }
        for row in rows
    ]


def walk_in_request_facts(_session: Session, rows: Sequence[WalkIn]) -> list[WalkInRequestFact]:
    """checkin.walk-in-requested.v1: a walk-in is requested once, as version 1."""
    return [
        {
            "walk_in_id": row.walk_in_id,
            "event_id": row.event_id,
            "version": 1,
            "name": row.name,
            "email": row.email,
            "organisation": row.organisation,
            "locale": row.locale,
            "consent_at": row.consent_at,
            "requested_at": row.requested_at,
        }
        for row in rows
    ]
