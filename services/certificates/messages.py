"""What certificates hears from others and which function takes it, and what it tells."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from services.certificates import erasure
from services.certificates.models import Attendance, Certificate, Event, Person
from services.certificates.numbering import DEFAULT_PATTERN
from shared.contracts import ATTENDANCE_CHANGED, CERTIFICATE_CHANGED, EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.copies import upsert_newer
from shared.delivery.inbox import Facts, Handler
from shared.delivery.publish import publish


def take_events(session: Session, facts: Facts) -> None:
    """Keep the newest state of each event, and have it looked at when its certificates are due."""
    upsert_newer(session, cast(Table, Event.__table__), ["event_id"], [_event_row(fact) for fact in facts])


def _event_row(fact: Mapping[str, Any]) -> dict[str, Any]:
    same = ("event_id", "version", "slug", "title", "title_en", "organiser", "organiser_id", "venue", "timezone")
    more = ("status", "starts_at", "ends_at", "topics", "partners", "signatories")
    issue_at = fact["ends_at"] + timedelta(minutes=fact["certificate_grace_minutes"])
    return {
        **{name: fact[name] for name in (*same, *more)},
        "sessions": EVENT_CHANGED.schema.dump(fact)["sessions"],
        "policy": fact["certificate_policy"],
        "number_pattern": fact["certificate_number_pattern"] or DEFAULT_PATTERN,
        "issue_at": issue_at,
        "evaluate_at": issue_at,
    }


def take_people(session: Session, facts: Facts) -> None:
    """Keep the newest state of each person; forget those whose fact is a tombstone."""
    columns = [column.name for column in Person.__table__.columns]
    rows = [{name: fact[name] for name in columns} for fact in facts]
    written = {key for (key,) in upsert_newer(session, cast(Table, Person.__table__), ["participant_id"], rows)}
    taken = [fact for fact in facts if fact["participant_id"] in written]
    for fact in taken:
        if fact["erased"]:
            erasure.forget(session, fact["participant_id"])
    _look_again(session, {fact["event_id"] for fact in taken})


def take_attendance(session: Session, facts: Facts) -> None:
    """Keep the newest attendance; what arrives after the issuing is looked at again."""
    columns = [column.name for column in Attendance.__table__.columns]
    rows = [{name: fact[name] for name in columns} for fact in facts]
    key = ["participant_id", "session_id"]
    written = set(upsert_newer(session, cast(Table, Attendance.__table__), key, rows))
    taken = [fact for fact in facts if (fact["participant_id"], fact["session_id"]) in written]
    _look_again(session, {fact["event_id"] for fact in taken})


def _look_again(session: Session, event_ids: Iterable[int]) -> None:
    # Locked before it is looked at: a tick that is just reading who is due must not clear what is set here.
    locked = select(Event).where(Event.event_id.in_(event_ids)).order_by(Event.event_id).with_for_update()
    for event in session.scalars(locked.execution_options(populate_existing=True)):
        if event.evaluate_at is None:
            event.evaluate_at = event.issue_at


HANDLERS: Mapping[str, Handler] = {
    EVENT_CHANGED.type: take_events,
    PARTICIPANT_CHANGED.type: take_people,
    ATTENDANCE_CHANGED.type: take_attendance,
}


def next_fact_version(session: Session, certificate: Certificate) -> int:
    """The version of the next fact about a person's certificate: one more than any told before."""
    told = select(func.max(Certificate.fact_version)).where(Certificate.participant_id == certificate.participant_id)
    return (session.scalar(told) or 0) + 1


def publish_certificates(session: Session, certificates: Iterable[Certificate]) -> None:
    """Tell the others the standing of ``certificates`` (flushed rows of this transaction)."""
    publish(
        session,
        CERTIFICATE_CHANGED,
        [
            {
                "version": row.fact_version,
                "participant_id": row.participant_id,
                "event_id": row.event_id,
                "number": row.number,
                "status": row.status,
                "verification_url": row.data["url"],
                "issued_at": row.issued_at,
            }
            for row in certificates
        ],
    )
