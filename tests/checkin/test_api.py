"""What door devices and organisers' programs get over HTTP, and what hostile input gets."""

import json
import uuid

import pytest

from services.checkin.app import create_app
from services.checkin.devices import pairing, tokens
from services.checkin.models import db
from shared import clock
from shared.web import signin
from tests.checkin.support import EVENT, STAFF, attendance, event_fact, participant_fact, receive, ticket
from tests.facts import wib

SCANS = "/checkin/api/v1/scans"


@pytest.fixture
def client(day):
    return create_app().test_client()


@pytest.fixture
def device(client):
    with db.transaction() as session:
        _, code = pairing.create(session, EVENT, "Pintu utama", STAFF)
        paired = pairing.pair(session, code)
        assert paired is not None
        return {"token": paired.token, "device_id": str(paired.device.id)}


@pytest.fixture
def siti(day):
    fact = participant_fact(needs_assistance=True)
    receive(fact)
    return fact


def send(client, token, *scans, **more):
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": more.pop("language", "id")}
    body = {"device_now": wib("08:00").isoformat(), "scans": list(scans), **more}
    return client.post(SCANS, json=body, headers=headers)


def one(text, **more):
    return {
        "scan_id": str(uuid.uuid4()),
        "ticket": text,
        "direction": "in",
        "scanned_at": wib("08:00").isoformat(),
        **more,
    }


def test_the_answer_to_a_scan_says_what_to_do(client, device, siti):
    answer = send(client, device["token"], one(ticket(siti)), one("apa ini"))
    assert answer.status_code == 200
    known, unknown = answer.json["results"]
    assert (known["outcome"], known["name"], known["group"], known["needs_assistance"]) == (
        "checked_in",
        "Siti Rahayu",
        "Kelompok 3",
        True,
    )
    assert known["message"] == "Silakan masuk."
    assert (unknown["outcome"], unknown["name"]) == ("unknown_ticket", None)


def test_sentences_name_the_time_in_the_events_zone(client, device, siti, day):
    day.at(wib("07:29:59"))
    body = one(ticket(siti), scanned_at=wib("07:29:59").isoformat())
    (result,) = send(client, device["token"], body, device_now=wib("07:29:59").isoformat()).json["results"]
    assert result["message"] == "Pintu dibuka pukul 07.30 WIB."


def test_an_undo_that_arrives_before_its_target(client, device, day, siti):
    day.at(wib("08:00:30"))
    arrival = one(ticket(siti))
    undo = {"scan_id": str(uuid.uuid4()), "undoes": arrival["scan_id"], "scanned_at": wib("08:00:20").isoformat()}
    now = wib("08:00:30").isoformat()
    results = [send(client, device["token"], each, device_now=now).json["results"][0] for each in (undo, arrival)]
    assert [(each["outcome"], each["effective"]) for each in results] == [("undone", "undone"), ("undone", "undone")]
    assert all(row.arrived_at is None for row in attendance(siti).values())


def test_a_pairing_code_works_once(client):
    with db.transaction() as session:
        _, code = pairing.create(session, EVENT, "Pintu utama", STAFF)
    typed = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()
    assert client.post("/checkin/api/v1/pair", json={"code": typed}).json["event_id"] == EVENT
    again = client.post("/checkin/api/v1/pair", json={"code": code})
    assert (again.status_code, again.mimetype) == (403, "application/problem+json")


def test_a_pairing_code_expires(client, monkeypatch):
    with db.transaction() as session:
        _, code = pairing.create(session, EVENT, "Pintu utama", STAFF)
    late = clock.real_now() + pairing.PAIRING_LASTS
    monkeypatch.setattr(clock, "real_now", lambda: late)
    assert client.post("/checkin/api/v1/pair", json={"code": code}).status_code == 403


def test_who_may_not_scan(client, device, siti):
    scan = one(ticket(siti))
    assert send(client, "", scan).status_code == 401
    assert send(client, tokens.TOKEN_PREFIX + "x", scan).status_code == 401
    # A device is for its own event.
    assert send(client, device["token"], scan, event_id=8).status_code == 403
    coordinator = signin.make_token("u1", "Ani", [f"coordinator:{EVENT}:1"])
    assert send(client, coordinator, scan, event_id=EVENT).status_code == 403
    other_event = signin.make_token("u2", "Budi", ["organiser:8"])
    assert send(client, other_event, scan, event_id=EVENT).status_code == 403
    # JSON endpoints never look at cookies.
    client.set_cookie(signin.cookie_name(), signin.make_token("u3", "Citra", ["organiser"]))
    assert client.post(SCANS, json={"scans": [scan]}).status_code == 401


def test_an_organiser_may_scan_for_an_event(client, siti):
    token = signin.make_token("u1", "Ani", ["organiser"])
    assert send(client, token, one(ticket(siti)), event_id=EVENT).json["results"][0]["outcome"] == "checked_in"
    assert send(client, token, one(ticket(siti))).status_code == 403
    assert send(client, token, one(ticket(siti)), event_id=12345).status_code == 404


def test_a_revoked_device_is_refused(client, device, siti):
    with db.transaction() as session:
        assert pairing.revoke(session, EVENT, uuid.UUID(device["device_id"]), STAFF)
    assert send(client, device["token"], one(ticket(siti))).status_code == 401


def test_nothing_about_another_events_scan_is_revealed(client, device, siti):
    scan = one(ticket(siti))
    send(client, device["token"], scan)
    receive(event_fact(event_id=8))
    with db.transaction() as session:
        _, code = pairing.create(session, 8, "Pintu lain", STAFF)
    other = client.post("/checkin/api/v1/pair", json={"code": code}).json["token"]
    (result,) = send(client, other, scan).json["results"]
    assert (result["outcome"], result["name"], result["session"]) == ("unknown_ticket", None, None)


@pytest.mark.parametrize(
    "broken",
    [
        {"scans": []},
        {"scans": [one("x")] * 501},
        {"scans": "x"},
        {"scans": [{}]},
        {"scans": [one("x", scan_id="x")]},
        {"scans": [one("x", scanned_at="2022-12-25T08:00:00")]},
        {"scans": [one("x", scanned_at="0001-01-01T00:00:00+14:00")]},
        {"scans": [one("x", scanned_at="9999-12-31T23:59:59-12:00")]},
        {"scans": [one("x", direction="up")]},
        {"scans": [one("x", session_id=2**63)]},
        {"scans": [one("x", undoes=str(uuid.uuid4()))]},
        {"scans": [one("x", override_reason="\x00")]},
        {"scans": [one("x", told="hello")]},
        {"scans": [one("x" * 8000)]},
        {"device_now": None},
        {"device_now": "yesterday"},
        {"event_id": -1},
        {"event_id": 2**70},
    ],
)
def test_bad_requests_are_refused_with_a_problem(client, device, broken):
    answer = send(client, device["token"], **{"scans": [one("x")], **broken})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["errors"]


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "EV1:\ud800", "EV1:" + "\x00" * 135, "\n" * 50, "٣" * 12])
def test_strange_codes_are_judged_and_block_nothing(client, device, siti, text):
    # As raw JSON: "\ud800" is a legal escape that no UTF-8 can carry.
    body = json.dumps({"device_now": wib("08:00").isoformat(), "scans": [one(text), one(ticket(siti))]})
    headers = {"Authorization": f"Bearer {device['token']}", "Content-Type": "application/json"}
    answer = client.post(SCANS, data=body, headers=headers)
    assert answer.status_code == 200
    assert [result["outcome"] for result in answer.json["results"]] == ["unknown_ticket", "checked_in"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[1]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"a=b", "application/x-www-form-urlencoded", 422),
        (b"", "text/plain", 422),
        (b" " * (1024 * 1024 + 1), "application/json", 413),
        (b"[" * 100_000, "application/json", 400),
    ],
)
def test_bodies_that_are_not_a_batch(client, device, body, content_type, status):
    headers = {"Authorization": f"Bearer {device['token']}", "Content-Type": content_type}
    answer = client.post(SCANS, data=body, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_openapi_describes_it(client):
    paths = client.get("/checkin/api/v1/openapi.json").json["paths"]
    assert {"/checkin/api/v1/scans", "/checkin/api/v1/pair"} <= {*paths}
