"""A hall to test with: the reference day's schedule, people with tickets, and devices at the door."""

import itertools
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import event, select

from services.checkin import devices, scanning
from services.checkin.messages import HANDLERS
from services.checkin.models import Attendance, Scan, db
from shared import clock, keys, tickets
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.inbox import Message, apply_batch
from shared.delivery.models import Outgoing

WIB = ZoneInfo("Asia/Jakarta")
EVENT = 7
MORNING, AFTERNOON = 71, 72
_numbers = itertools.count(1)


def wib(time: str, day: int = 25) -> datetime:
    """An instant of the reference day, from "HH:MM" or "HH:MM:SS" in Jakarta."""
    return datetime.fromisoformat(f"2022-12-{day:02}T{time}").replace(tzinfo=WIB)


def session_fact(session_id: int, opens: str, starts: str, late: str, closes: str, ends: str) -> dict:
    return {
        "session_id": session_id,
        "title": f"Sesi {session_id % 10}",
        "title_en": f"Session {session_id % 10}",
        "opens_at": wib(opens),
        "starts_at": wib(starts),
        "late_after": wib(late),
        "closes_at": wib(closes),
        "ends_at": wib(ends),
    }


SESSIONS = [
    session_fact(MORNING, "07:30", "08:00", "08:15", "12:00", "12:00"),
    session_fact(AFTERNOON, "12:30", "13:00", "13:15", "17:00", "17:00"),
]


def event_fact(event_id: int = EVENT, version: int = 1, sessions: list | None = None, **changes) -> dict:
    return {
        "event_id": event_id,
        "version": version,
        "slug": "pelatihan-digital-marketing",
        "title": "Pelatihan Digital Marketing untuk Kampanye dan Advokasi",
        "title_en": "Digital marketing for campaigns and advocacy",
        "organiser": "JPPI",
        "organiser_id": 1,
        "venue": "Hotel Aston, Jakarta Selatan",
        "timezone": "Asia/Jakarta",
        "status": "published",
        "starts_at": wib("08:00"),
        "ends_at": wib("17:00"),
        "sessions": SESSIONS if sessions is None else sessions,
        **changes,
    }


def person_fact(name: str = "Siti Rahayu", version: int = 1, **changes) -> dict:
    return {
        "participant_id": uuid.uuid4(),
        "event_id": EVENT,
        "version": version,
        "ticket_id": uuid.uuid4(),
        "code": f"K7Q{next(_numbers):05}",
        "name": name,
        "role": "peserta",
        "locale": "id",
        "organisation": "Yayasan Tuna Netra",
        "status": "confirmed",
        "status_at": wib("09:00", day=1),
        "group_number": 3,
        "group_topic": "RUU TPKS",
        "needs_assistance": False,
        **changes,
    }


def hear(*facts: dict) -> None:
    """The service applies facts as if registration had sent them in one batch."""
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


def door(event_id: int = EVENT, name: str = "Pintu utama") -> scanning.Door:
    """A paired device at the door."""
    with db.transaction() as session:
        device, _ = devices.create(session, event_id, name, "staff:test")
    return scanning.Door(event_id, f"device:{device.id}", device.id)


def request(at: datetime, text: str | None = None, **more) -> scanning.Request:
    return scanning.Request(scan_id=more.pop("scan_id", None) or uuid.uuid4(), scanned_at=at, ticket=text, **more)


def next_number() -> int:
    return next(_numbers)


class Day:
    """The simulated business clock of a test."""

    def __init__(self, path, monkeypatch):
        self.path = path / "clock.json"
        monkeypatch.setenv("HADIR_CLOCK_FILE", str(self.path))

    def at(self, instant: datetime) -> None:
        # It stands still: boundaries are tested to the second.
        clock.write(self.path, instant, speed=0)

    def at_speed(self, speed: float) -> None:
        """Let the clock run from where it stands, for tests with a browser, whose clock runs too."""
        clock.write(self.path, clock.now(), speed=speed)


def scan(
    where: scanning.Door, *requests: scanning.Request, device_now: datetime | None = None
) -> list[scanning.Answer]:
    """Send a batch as the device would, with its clock right unless said otherwise."""
    with db.transaction() as session:
        return scanning.take_scans(session, where, device_now or clock.now(), requests).answers


def verdicts(answers: list[scanning.Answer]) -> list[str]:
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
    """The statements that this process sends to checkin's database meanwhile."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
