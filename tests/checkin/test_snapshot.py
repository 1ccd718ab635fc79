"""What a device may keep, and walk-ins, whose answers arrive in any order."""

import gzip
import json
import uuid
from datetime import time, timedelta

import pytest
from sqlalchemy import select, update

from services.checkin.app import create_app
from services.checkin.attendance import corrections
from services.checkin.devices import pairing
from services.checkin.messages import HANDLERS
from services.checkin.models import Attendance, RosterEntry, Scan, WalkIn, db
from shared import clock
from shared.contracts import WALK_IN_ANSWERED, WALK_IN_REQUESTED
from shared.delivery.inbox import Message, apply_batch
from shared.delivery.models import Outgoing
from tests.checkin import support
from tests.checkin.support import EVENT, MORNING, STAFF, participant_fact, receive, ticket
from tests.facts import wib

ROSTER = "/checkin/api/v1/roster"


class Phone:
    """A paired device and its requests."""

    def __init__(self):
        self.client = create_app().test_client()
        with db.transaction() as session:
            _, code = pairing.create(session, EVENT, "Pintu utama", STAFF)
            paired = pairing.pair(session, code)
        assert paired is not None
        self.headers = {"Authorization": f"Bearer {paired.token}"}

    def roster(self, **query):
        headers = {**self.headers, **query.pop("headers", {})}
        return self.client.get(ROSTER, query_string=query, headers=headers)

    def post(self, path, **body):
        body = {"device_now": wib("08:00").isoformat(), **body}
        return self.client.post(f"/checkin/api/v1/{path}", json=body, headers=self.headers)


@pytest.fixture
def phone(day):
    return Phone()


def walk_in(**changes) -> dict:
    return {
        "walk_in_id": str(uuid.uuid4()),
        "name": "Tamu Baru",
        "email": "tamu@example.org",
        "locale": "id",
        "consent": True,
        "consent_at": wib("08:00").isoformat(),
        **changes,
    }


def arrival(walk_in_id) -> dict:
    return {"scan_id": str(uuid.uuid4()), "walk_in_id": walk_in_id, "scanned_at": wib("08:00").isoformat()}


def answer(walk_in_id, outcome="registered", participant_id=None, version=1) -> None:
    fact = {
        "walk_in_id": walk_in_id,
        "event_id": EVENT,
        "version": version,
        "outcome": outcome,
        "participant_id": participant_id,
        "reason": "Acara penuh" if outcome == "refused" else None,
    }
    message = Message(support.next_number(), WALK_IN_ANSWERED.type, WALK_IN_ANSWERED.dump(fact))
    apply_batch(db, HANDLERS, "registration", [message])


def test_a_device_gets_what_it_needs_and_no_address(phone):
    siti = participant_fact("Siti", email="siti@example.org")
    receive(siti)
    body = phone.roster().json
    (person,) = body["people"]
    assert (person["name"], person["ticket_id"]) == ("Siti", siti["ticket_id"].hex)
    assert body["schedule"]["sessions"][0]["opens_at"] == "2022-12-25T00:30:00+00:00"
    assert body["event"]["zone"] == "WIB"
    assert "@" not in json.dumps(body)


def test_only_what_changed_since(phone):
    siti, budi = participant_fact("Siti"), participant_fact("Budi")
    receive(siti)
    first = phone.roster().json
    receive(budi)
    second = phone.roster(since=first["revision"], seen=first["as_of"]).json
    assert [person["name"] for person in second["people"]] == ["Budi"]
    receive({**siti, "version": 2, "erased": True, "name": None, "organisation": None, "status": "cancelled"})
    third = phone.roster(since=second["revision"], seen=second["as_of"]).json
    assert third["people"] == [{"participant_id": str(siti["participant_id"]), "erased": True}]


def test_nothing_new_is_304_and_an_arrival_is_something_new(phone):
    siti = participant_fact()
    receive(siti)
    etag = {"If-None-Match": phone.roster().headers["ETag"]}
    assert phone.roster(headers=etag).status_code == 304
    phone.post(
        "scans", scans=[{"scan_id": str(uuid.uuid4()), "ticket": ticket(siti), "scanned_at": wib("08:00").isoformat()}]
    )
    again = phone.roster(headers=etag)
    assert again.json["presence"][0]["session_id"] == MORNING


@pytest.mark.parametrize("change", ["check-out", "undo", "correction"])
def test_other_doors_hear_of_a_change_to_an_arrival_that_is_older_than_their_overlap(phone, day, change):
    siti = participant_fact()
    receive(siti)
    arrived = {"scan_id": str(uuid.uuid4()), "ticket": ticket(siti), "scanned_at": wib("08:00").isoformat()}
    phone.post("scans", scans=[arrived])
    with db.transaction() as session:
        session.execute(update(Attendance).values(changed_at=clock.real_now() - timedelta(minutes=2)))
    other = Phone()
    seen = other.roster().json
    query = {"since": seen["revision"], "seen": seen["as_of"]}
    assert other.roster(**query).json["presence"] == []
    now = wib("08:00:30")
    day.at(now)
    later = {"scan_id": str(uuid.uuid4()), "scanned_at": now.isoformat()}
    if change == "correction":
        with db.transaction() as session:
            person = session.get_one(RosterEntry, siti["participant_id"])
            corrections.correct(session, person, MORNING, time(8, 30), None, "Salah catat", STAFF)
    elif change == "undo":
        phone.post("scans", device_now=now.isoformat(), scans=[{**later, "undoes": arrived["scan_id"]}])
    else:
        out = {**later, "ticket": ticket(siti), "direction": "out"}
        phone.post("scans", device_now=now.isoformat(), scans=[out])
    told = other.roster(**query).json["presence"]
    assert [presence["participant_id"] for presence in told] == [str(siti["participant_id"])]


def test_a_big_roster_travels_compressed(phone):
    receive(*(participant_fact(f"Orang {number}") for number in range(100)))
    answer = phone.roster(headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 15_000
    assert len(json.loads(gzip.decompress(answer.data))["people"]) == 100


def test_after_the_event_the_roster_is_gone(phone, day):
    day.at(wib("06:00", day=26))
    assert phone.roster().status_code == 410


@pytest.mark.parametrize("query", [{"since": "x"}, {"since": -1}, {"since": 2**70}, {"seen": "x"}, {"seen": "\x00"}])
def test_invalid_queries_are_refused(phone, query):
    assert phone.roster(**query).status_code == 422


def test_a_roster_is_for_devices(phone):
    assert phone.client.get(ROSTER).status_code == 401


def test_a_walk_in_is_requested_once(phone):
    guest = walk_in()
    assert phone.post("walk-ins", walk_ins=[guest]).json == {"new": 1}
    assert phone.post("walk-ins", walk_ins=[guest]).json == {"new": 0}
    with db.transaction() as session:
        (row,) = session.scalars(select(Outgoing)).all()
    assert (row.type, row.payload["email"]) == (WALK_IN_REQUESTED.type, "tamu@example.org")


@pytest.mark.parametrize("row_first", [True, False])
def test_a_walk_in_is_admitted_and_assigned_by_answer_and_roster_entry_in_any_order(phone, row_first):
    guest = walk_in()
    phone.post("walk-ins", walk_ins=[guest])
    (result,) = phone.post("scans", scans=[arrival(guest["walk_in_id"])]).json["results"]
    assert result["outcome"] == "provisional"
    row = participant_fact("Tamu Baru", status_at=wib("08:05"))
    steps = [lambda: receive(row), lambda: answer(guest["walk_in_id"], participant_id=row["participant_id"])]
    for step in steps if row_first else reversed(steps):
        step()
    with db.transaction() as session:
        attendance = session.get_one(Attendance, (row["participant_id"], MORNING))
        assert attendance.arrived_at == wib("08:00")
        assert session.scalars(select(Scan)).one().effective == "checked_in"
        assert session.scalars(select(WalkIn)).one().email is None
    # Scanned with the ticket that was sent: in already.
    again = {"scan_id": str(uuid.uuid4()), "ticket": ticket(row), "scanned_at": wib("08:00").isoformat()}
    assert phone.post("scans", scans=[again]).json["results"][0]["outcome"] == "already_in"


def test_a_walk_in_on_the_waiting_list_is_a_conflict_to_review(phone):
    guest = walk_in(email=None)
    phone.post("walk-ins", walk_ins=[guest])
    phone.post("scans", scans=[arrival(guest["walk_in_id"])])
    row = participant_fact("Tamu Baru", status="waitlisted", status_at=wib("08:05"))
    receive(row)
    answer(guest["walk_in_id"], "waitlisted", row["participant_id"])
    with db.transaction() as session:
        scan = session.scalars(select(Scan)).one()
    assert (scan.effective, scan.conflict) == ("waitlisted", True)


def test_a_device_receives_a_refused_walk_in(phone):
    guest = walk_in()
    phone.post("walk-ins", walk_ins=[guest])
    answer(guest["walk_in_id"], "refused", version=2)
    answer(guest["walk_in_id"], "registered", uuid.uuid4(), version=1)
    assert phone.roster().json["walk_ins"] == [
        {"walk_in_id": guest["walk_in_id"], "outcome": "refused", "participant_id": None, "reason": "Acara penuh"}
    ]


@pytest.mark.parametrize("answer_first", [False, True])
def test_a_refused_walk_in_becomes_a_conflict(phone, answer_first):
    guest = walk_in()
    phone.post("walk-ins", walk_ins=[guest])
    steps = [
        lambda: phone.post("scans", scans=[{**arrival(guest["walk_in_id"]), "told": "provisional"}]),
        lambda: answer(guest["walk_in_id"], "refused"),
    ]
    for step in reversed(steps) if answer_first else steps:
        step()
    with db.transaction() as session:
        scan = session.scalars(select(Scan)).one()
        assert (scan.effective, scan.conflict) == ("cancelled", True)
        assert session.scalars(select(Attendance)).all() == []


def test_a_walk_in_that_is_undone(phone):
    guest = walk_in()
    first = arrival(guest["walk_in_id"])
    phone.post("walk-ins", walk_ins=[guest])
    phone.post("scans", scans=[first])
    undo = {"scan_id": str(uuid.uuid4()), "undoes": first["scan_id"], "scanned_at": wib("08:00").isoformat()}
    assert phone.post("scans", scans=[undo]).json["results"][0]["outcome"] == "undone"
    row = participant_fact("Tamu Baru")
    receive(row)
    answer(guest["walk_in_id"], participant_id=row["participant_id"])
    with db.transaction() as session:
        assert session.get(Attendance, (row["participant_id"], MORNING)) is None


def test_an_erased_walk_in_leaves_no_text(phone):
    guest = walk_in()
    phone.post("walk-ins", walk_ins=[guest])
    row = participant_fact("Tamu Baru")
    receive(row)
    answer(guest["walk_in_id"], participant_id=row["participant_id"])
    receive({**row, "version": 2, "erased": True, "name": None, "organisation": None, "status": "cancelled"})
    with db.transaction() as session:
        assert session.scalars(select(WalkIn)).one().name == ""
        assert session.scalars(select(Outgoing).where(Outgoing.type == WALK_IN_REQUESTED.type)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [{"consent": False}, {"name": ""}, {"name": "\x00"}, {"email": "x"}, {"walk_in_id": 5}, {"consent_at": None}],
)
def test_a_walk_in_without_consent_or_name_is_refused(phone, wrong):
    assert phone.post("walk-ins", walk_ins=[walk_in(**wrong)]).status_code == 422


def test_an_answer_that_arrives_after_the_tombstone_leaves_no_name_of_the_guest(phone):
    guest = walk_in()
    phone.post("walk-ins", walk_ins=[guest])
    person = participant_fact("Tamu Baru", version=2, erased=True)
    receive({**person, "name": None, "organisation": None, "status": "cancelled"})
    answer(guest["walk_in_id"], participant_id=person["participant_id"])
    with db.transaction() as session:
        (row,) = session.scalars(select(WalkIn))
        assert (row.outcome, row.name, row.email) == ("registered", "", None)
        assert session.scalars(select(Outgoing.key).where(Outgoing.key == guest["walk_in_id"])).all() == []


def test_a_participant_fact_that_is_older_than_the_tombstone_changes_nothing(phone):
    siti = participant_fact("Siti", version=1)
    gone = {**siti, "version": 2, "erased": True, "name": None, "organisation": None, "status": "cancelled"}
    receive(gone)
    receive(siti)
    assert phone.roster().json["people"] == [{"participant_id": str(siti["participant_id"]), "erased": True}]
