"""What registration receives and publishes, through the real inbox."""

import uuid

from sqlalchemy import select

from services.registration.messages import HANDLERS
from services.registration.models import Attendance, CertificateCopy, Participant, WalkIn, db
from shared import clock
from shared.contracts import ATTENDANCE_CHANGED, CERTIFICATE_CHANGED, CONTRACTS, WALK_IN_REQUESTED
from shared.delivery.inbox import Message, apply_batch
from shared.delivery.models import DeadLetter, Outgoing


def _take(contract, *facts):
    messages = [Message(number, contract.type, contract.dump(fact)) for number, fact in enumerate(facts, 1)]
    apply_batch(db, HANDLERS, contract.source, messages)
    with db.transaction() as session:
        assert session.scalars(select(DeadLetter)).all() == []


def _published(prefix: str):
    with db.transaction() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.type.startswith(prefix)).order_by(Outgoing.id)).all()
    return [row.payload for row in rows]


def test_the_event_is_published_with_its_windows_and_policy(event):
    fact = next(fact for fact in _published("registration.event-changed") if fact["event_id"] == event.id)
    assert CONTRACTS["registration.event-changed.v1"].schema.validate(fact) == {}
    assert fact["certificate_policy"]["peserta"] == {"kind": "minutes", "share": 0.75}
    assert fact["certificate_number_pattern"] == "{seq:03}/JPPI/{roman_month}/{year}"
    assert [len(fact["sessions"]), len(fact["partners"]), len(fact["topics"])] == [2, 6, 6]


def test_attendance_and_certificates_are_kept_in_their_highest_version(event):
    who, now = uuid.uuid4(), clock.now()
    fact = {"participant_id": who, "session_id": 1, "event_id": event.id, "arrived_at": now, "left_at": None}
    fact |= {"minutes": 240, "punctuality": "late"}
    _take(ATTENDANCE_CHANGED, {**fact, "version": 2})
    _take(ATTENDANCE_CHANGED, {**fact, "version": 1, "minutes": 3})
    proof = {"participant_id": who, "event_id": event.id, "number": "001/JPPI/XII/2022", "status": "valid"}
    _take(CERTIFICATE_CHANGED, {**proof, "version": 1, "verification_url": "http://x/v/1", "issued_at": now})
    with db.transaction() as session:
        assert session.query(Attendance).one().minutes == 240
        assert session.query(CertificateCopy).one().number == "001/JPPI/XII/2022"


def _walk_in(event_id, **more):
    now = clock.now()
    fact = {"version": 1, "walk_in_id": uuid.uuid4(), "event_id": event_id, "name": "Tamu", "email": None}
    return {**fact, "consent_at": now, "requested_at": now, **more}


def test_a_walk_in_gets_a_seat_and_one_answer_however_often_it_asks(event):
    asked = _walk_in(event.id)
    _take(WALK_IN_REQUESTED, asked)
    _take(WALK_IN_REQUESTED, asked)
    (answer,) = _published("registration.walk-in-answered")
    assert answer["outcome"] == "registered"
    with db.transaction() as session:
        person = session.query(Participant).filter_by(source="door").one()
        assert (str(person.id), person.name, person.email) == (answer["participant_id"], "Tamu", None)
        assert session.query(WalkIn).count() == 1


def test_a_walk_in_that_had_signed_up_is_that_person(event, visitor):
    visitor.sign_up(email="ayu@contoh.example")
    _take(WALK_IN_REQUESTED, _walk_in(event.id, email="Ayu@Contoh.example"))
    with db.transaction() as session:
        person = session.query(Participant).filter_by(email="ayu@contoh.example").one()
    assert _published("registration.walk-in-answered")[0]["participant_id"] == str(person.id)


def test_walk_ins_wait_when_it_is_full_and_are_refused_elsewhere(event):
    _take(WALK_IN_REQUESTED, *[_walk_in(event.id) for _ in range(7)], _walk_in(9999))
    outcomes = sorted(answer["outcome"] for answer in _published("registration.walk-in-answered"))
    assert outcomes == ["refused"] + ["registered"] * 6 + ["waitlisted"]
