"""The reference day for tests of checkin: its schedule, participants with tickets, and devices at the door."""

import itertools
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import event, select

from services.checkin.devices import pairing
from services.checkin.messages import HANDLERS
from services.checkin.models import Attendance, Scan, db
from services.checkin.scanning import scans
from shared import clock, keys, tickets
from shared.actors import DEVICE, Actor
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.inbox import Message, apply_batch
from shared.delivery.models import Outgoing
from tests import facts
from tests.facts import wib

EVENT = 7
MORNING, AFTERNOON = 71, 72
STAFF = Actor("staff", "test", "Ani")
SESSIONS = [
    facts.agenda_item(MORNING, "07:30", "08:00", "08:15", "12:00", "12:00"),
    facts.agenda_item(AFTERNOON, "12:30", "13:00", "13:15", "17:00", "17:00"),
]
_numbers = itertools.count(1)


def event_fact(event_id: int = EVENT, version: int = 1, sessions: list | None = None, **changes) -> dict:
    return {**facts.event(event_id, SESSIONS if sessions is None else sessions, version, **changes)}


def participant_fact(name: str = "Siti Rahayu", version: int = 1, **changes) -> dict:
    values = {"participant_id": uuid.uuid4(), "event_id": EVENT, "code": f"K7Q{next(_numbers):05}", **changes}
    defaults = {"name": name, "group_number": 3, "group_topic": "RUU TPKS", "status_at": wib("09:00", day=1)}
    return {**facts.participant(version=version, **{**defaults, **values})}


def receive(*facts: dict) -> None:
    """Apply facts as if registration had sent them in one batch."""
    messages = []
    for fact in facts:
        contract = PARTICIPANT_CHANGED if "participant_id" in fact else EVENT_CHANGED
        payload = contract.payload_for("checkin", contract.dump(fact))
        messages.append(Message(next(_numbers), contract.type, payload))
    apply_batch(db, HANDLERS, "registration", messages)


def ticket(fact: dict, event_id: int | None = None, signing: keys.SigningKey | None = None) -> str:
    """The text of a person's QR code."""
    content = tickets.Ticket(event_id or fact["event_id"], fact["ticket_id"], wib("23:59", day=31))
    return tickets.write(content, signing or keys.signing_key("HADIR_TICKET_PRIVATE_KEY"))


def door(event_id: int = EVENT, name: str = "Pintu utama") -> scans.Door:
    """A paired device at the door."""
    with db.transaction() as session:
        device, _ = pairing.create(session, event_id, name, STAFF)
    return scans.Door(event_id, Actor(DEVICE, str(device.id), name), device.id)


def request(at: datetime, text: str | None = None, **more) -> scans.Request:
    return scans.Request(scan_id=more.pop("scan_id", None) or uuid.uuid4(), scanned_at=at, ticket=text, **more)


def next_number() -> int:
    return next(_numbers)


class Day:
    """The simulated business clock of a test."""

    def __init__(self, path, monkeypatch):
        self.path = path / "clock.json"
        monkeypatch.setenv("HADIR_CLOCK_FILE", str(self.path))

    def at(self, instant: datetime) -> None:
        # The clock stands still: boundaries are tested to the second.
        clock.write(self.path, instant, speed=0)

    def at_speed(self, speed: float) -> None:
        """Let the clock run from where it stands, for tests with a browser, whose clock runs too."""
        clock.write(self.path, clock.now(), speed=speed)


def scan(where: scans.Door, *requests: scans.Request, device_now: datetime | None = None) -> list[scans.Answer]:
    """Send a batch as the device would, with its clock right unless said otherwise."""
    with db.transaction() as session:
        return scans.take_scans(session, where, device_now or clock.now(), requests).answers


def verdicts(answers: list[scans.Answer]) -> list[str]:
    return [answer.scan.answered for answer in answers]


def utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


SECOND = timedelta(seconds=1)


def attendance(person) -> dict[int, Attendance]:
    with db.transaction() as session:
        rows = session.scalars(select(Attendance).where(Attendance.participant_id == person["participant_id"]))
        return {row.session_id: row for row in rows}


def stored(scan_id) -> Scan:
    with db.transaction() as session:
        found = session.get(Scan, scan_id)
        assert found is not None
        return found


def published() -> list[dict]:
    with db.transaction() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.subscriber == "certificates").order_by(Outgoing.id))
        return [row.payload for row in rows]


@contextmanager
def counted():
    """The statements that this process sends to checkin's database inside the block."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
