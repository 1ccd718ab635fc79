"""The JSON API: the same sign-up for programs, and what it makes of hostile input."""

import json

import pytest
from sqlalchemy import select

from services.registration.events import questions
from services.registration.models import Attendance, Event, Participant, db
from services.registration.schemas.questions import QuestionForm
from shared import keys, tickets
from shared.actors import SYSTEM_ACTOR

GOOD = {"name": "Ayu Lestari", "email": "ayu@contoh.example", "consent": True}


def _post(client, event, body=None, **headers):
    return client.post(f"/api/v1/events/{event.slug}/registrations", json=body or GOOD, headers=headers)


def _count() -> int:
    with db.transaction() as session:
        return len(session.scalars(select(Participant.id).where(Participant.role == "peserta")).all())


def test_published_events_with_agenda_and_consent(client, event):
    page = client.get("/api/v1/events/?limit=1").json
    assert [item["slug"] for item in page["events"]] == [event.slug]
    assert len(page["events"][0]["sessions"]) == 2
    rest = client.get(f"/api/v1/events/?after={page['next']}").json
    assert [item["slug"] for item in rest["events"]] == ["klinik-kampanye"]
    assert "JPPI" in client.get(f"/api/v1/events/{event.slug}").json["consent_text"]


def test_signing_up_answers_with_a_genuine_ticket(client, event):
    made = _post(client, event)
    assert made.status_code == 201
    ticket = tickets.read(made.json["ticket"], keys.public_keys("HADIR_TICKET_PUBLIC_KEYS"))
    assert ticket.event_id == event.id
    same = client.get(f"/api/v1/registrations/{made.json['token']}").json
    assert same == made.json


def test_a_repeated_key_gets_the_first_answer(client, event):
    first = _post(client, event, **{"Idempotency-Key": "k1"})
    again = _post(client, event, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json["id"]) == (201, first.json["id"])
    other = _post(client, event, {**GOOD, "name": "Lain"}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.mimetype) == (422, "application/problem+json")
    assert _count() == 1


def test_the_same_address_without_a_key_is_a_conflict(client, event):
    _post(client, event)
    again = _post(client, event)
    assert (again.status_code, again.mimetype) == (409, "application/problem+json")
    assert "email" in again.json["errors"]


def test_cancelling_by_token_frees_the_seat_and_repeats_harmlessly(client, event):
    token = _post(client, event).json["token"]
    for _ in range(2):
        answer = client.post(f"/api/v1/registrations/{token}/cancel")
        assert (answer.status_code, answer.json["status"], answer.json["ticket"]) == (200, "cancelled", None)
    assert client.get(f"/api/v1/events/{event.slug}").json["seats_free"] == 6


def test_the_holder_changes_name_needs_and_answers(client, event):
    with db.transaction() as session:
        asked = {"label": "Umur", "kind": "number", "required": True}
        questions.add(session, SYSTEM_ACTOR, session.get(Event, event.id), QuestionForm().load(asked))
    own = f"/api/v1/registrations/{_post(client, event, {**GOOD, 'answers': {'umur': 30}}).json['token']}"

    def put(what, body):
        return client.put(f"{own}/{what}", json=body)

    assert put("name", {"name": "Ayu Lestari, S.Pd."}).json["name"] == "Ayu Lestari, S.Pd."
    needs = {"needs": ["braille"], "needs_note": "Jilid spiral", "needs_consent": True}
    assert put("needs", needs).json["needs"] == ["braille"]
    assert put("needs", {"needs": ["braille"]}).json["errors"].keys() == {"needs_consent"}
    assert put("answers", {"answers": {"umur": 31}}).json["answers"] == {"umur": 31}
    assert put("answers", {"answers": {"umur": "tua"}}).json["errors"].keys() == {"answers.umur"}
    assert put("answers", {}).status_code == 422
    assert put("needs", {}).json["needs"] == []
    with db.transaction() as session:
        person = session.query(Participant).filter_by(source="api").one()
        assert (person.needs_consent_at, person.answers) == (None, {"umur": 31})
        fact = {"participant_id": person.id, "session_id": 1, "event_id": event.id, "version": 1, "minutes": 1}
        session.add(Attendance(**fact, arrived_at=event.starts_at))
    after = put("name", {"name": "Teman Ayu"}).json
    assert (after["name"], after["requested_name"]) == ("Ayu Lestari, S.Pd.", "Teman Ayu")
    for what, body in (("name", {"name": "x"}), ("needs", {}), ("answers", {})):
        assert client.put(f"/api/v1/registrations/x/{what}", json=body).status_code == 404
    assert {f"/api/v1/registrations/{{token}}/{what}" for what in ("name", "needs", "answers")} <= set(
        client.get("/api/v1/openapi.json").json["paths"]
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**GOOD, "name": "Ayu\x00"}, "name"),
        ({**GOOD, "name": "\ud800"}, "name"),
        ({**GOOD, "name": 7}, "name"),
        ({**GOOD, "email": "bukan alamat"}, "email"),
        ({**GOOD, "email": "a\ud800@contoh.example"}, "email"),
        ({**GOOD, "consent": False}, "consent"),
        ({**GOOD, "needs": ["telepathy"], "needs_consent": True}, "needs.0"),
        ({**GOOD, "needs": ["braille"]}, "needs_consent"),
        ({**GOOD, "invite": "\x00"}, "invite"),
        ({**GOOD, "surprise": 1}, "surprise"),
        ({}, "name"),
    ],
)
def test_wrong_fields_are_named(client, event, body, field):
    raw = json.dumps(body).encode()
    answer = client.post(f"/api/v1/events/{event.slug}/registrations", data=raw, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    errors = answer.json["errors"]
    assert field in errors or field.split(".")[0] in errors
    assert _count() == 0


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"name": "\xed\xa0\x80"}', "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b"name=x", "application/x-www-form-urlencoded", 422),
        (b"", "application/json", 422),
        (b'{"name": "' + b"x" * 2_000_000 + b'"}', "application/json", 413),
        (b"[" * 100_000, "application/json", 400),
    ],
)
def test_hostile_bodies_are_problems_not_crashes(client, event, raw, kind, status):
    answer = client.post(f"/api/v1/events/{event.slug}/registrations", data=raw, content_type=kind)
    assert answer.mimetype == "application/problem+json"
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/events/%00",
        "/api/v1/events/%ff",
        "/api/v1/registrations/x",
        "/api/v1/registrations/%00",
        "/api/v1/events/?after=-1",
        "/api/v1/events/?limit=99999999999999999999",
        "/api/v1/events/?after=%00",
    ],
)
def test_hostile_addresses_are_problems(client, event, path):
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert answer.mimetype == "application/problem+json"


def test_the_api_describes_itself(client, event):
    spec = client.get("/api/v1/openapi.json").json
    assert spec["openapi"].startswith("3.1")
    assert "/api/v1/events/{slug}/registrations" in spec["paths"]
    assert client.get("/api/docs").status_code == 200
