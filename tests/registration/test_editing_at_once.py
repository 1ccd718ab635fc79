"""Two organisers change one event at the same moment: each change has a version of its own, and none is lost."""

import contextlib
import threading

import pytest
from sqlalchemy import select

from services.registration.events import lookup
from services.registration.models import Event, db
from shared.delivery.models import Outgoing
from tests.registration.conftest import PASSWORDS, hidden, sign_in
from tests.registration.test_editing import FORM

NIGHT = {
    "session_title": "Sesi malam",
    "opens_at": "18:00",
    "starts_at": "18:00",
    "late_after": "18:15",
    "closes_at": "19:00",
    "ends_at": "19:00",
}


def _facts(event: Event) -> list[dict]:
    """What check-in will hear of the event, in the order in which it was published."""
    mine = (Outgoing.key == str(event.id), Outgoing.type.startswith("registration.event-changed"))
    with db.transaction() as session:
        rows = session.scalars(select(Outgoing).where(*mine, Outgoing.subscriber == "checkin").order_by(Outgoing.id))
        return [row.payload for row in rows]


@pytest.fixture
def organisers(app, event):
    """Two browsers in which an organiser is signed in."""
    clients = [app.test_client() for _ in range(2)]
    for client in clients:
        sign_in(client, PASSWORDS["DEMO_ORGANISER_EMAIL"], PASSWORDS["DEMO_ORGANISER_PASSWORD"])
    return clients


def _at_once(monkeypatch, organisers, *posts, locked: bool = True) -> None:
    """Send one form from each browser; each has read the event before either writes, unless a lock prevents that."""
    tokens = [hidden(client.get("/console/"), "csrf_token") for client in organisers]
    both_have_read, read = threading.Barrier(2), lookup.with_agenda

    def read_and_wait(session, event_id, for_change=False):
        found = read(session, event_id, for_change and locked)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_read.wait(timeout=1)
        return found

    answers = []

    def send(client, token, address, data):
        answers.append(client.post(address, data={"csrf_token": token, **data}).status_code)

    with monkeypatch.context() as patch:
        patch.setattr(lookup, "with_agenda", read_and_wait)
        threads = [
            threading.Thread(target=send, args=(client, token, *post))
            for client, token, post in zip(organisers, tokens, posts, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [303, 303]


def _night(event: Event, title: str) -> tuple[str, dict]:
    day = event.starts_at.date().isoformat()
    times = {name: f"{day}T{at}" for name, at in NIGHT.items() if name.endswith(("_at", "_after"))}
    return f"/console/events/{event.id}/sessions/", {**NIGHT, **times, "session_title": title}


def test_two_agenda_items_at_once(event, organisers, monkeypatch):
    _at_once(monkeypatch, organisers, _night(event, "Malam A"), _night(event, "Malam B"))
    *_, before, last = _facts(event)
    assert last["version"] == before["version"] + 1
    assert {"Malam A", "Malam B"} <= {item["title"] for item in last["sessions"]}


def test_control_without_the_lock_both_have_one_version(event, organisers, monkeypatch):
    _at_once(monkeypatch, organisers, _night(event, "Malam A"), _night(event, "Malam B"), locked=False)
    *_, before, last = _facts(event)
    # A receiver keeps the first fact of a version and drops the other.
    assert last["version"] == before["version"]
    assert last["sessions"] != before["sessions"]


def _changes(event: Event) -> dict[str, tuple[str, dict]]:
    """One form for each way to change what is published of an event."""
    here = f"/console/events/{event.id}"
    edit = {name: value for name, value in FORM.items() if name != "open_seats"}
    item, partner = _parts(event)
    return {
        "details": (f"{here}/edit", edit),
        "status": (f"{here}/status", {"status": "closed"}),
        "agenda item": _night(event, "Malam"),
        "agenda item removed": (f"{here}/sessions/{item}/remove", {}),
        "new partner": (f"{here}/partners", {"name": "Mitra Baru", "allotment": "3"}),
        "renamed partner": (f"/console/partners/{partner}/edit", {"name": "Nama Lain", "allotment": "5"}),
    }


def _parts(event: Event) -> tuple[int, int]:
    with db.transaction() as session:
        stored = session.get_one(Event, event.id)
        return stored.agenda[-1].id, stored.partners[0].id


@pytest.mark.parametrize(
    "what", ["details", "status", "agenda item", "agenda item removed", "new partner", "renamed partner"]
)
def test_every_way_to_change_an_event_waits_for_another_change(event, organisers, monkeypatch, what):
    change = _changes(event)[what]
    other = (f"/console/events/{event.id}/partners", {"name": "Mitra Sebelah", "allotment": "2"})
    versions = len(_facts(event))
    _at_once(monkeypatch, organisers, change, other)
    told = _facts(event)[versions:]
    assert [fact["version"] for fact in told] == [versions + 1, versions + 2]
    assert "Mitra Sebelah" in told[-1]["partners"]
    with db.transaction() as session:
        stored = session.get_one(Event, event.id)
        assert told[-1]["title"] == stored.title
        assert told[-1]["status"] == stored.status
        assert told[-1]["partners"] == [partner.name for partner in stored.partners]
        assert [item["session_id"] for item in told[-1]["sessions"]] == [item.id for item in stored.agenda]


def test_two_questions_at_once(event, organisers, monkeypatch):
    here = f"/console/events/{event.id}/questions/"
    posts = [(here, {"label": label, "kind": "text"}) for label in ("Kota", "Ukuran kaus")]
    _at_once(monkeypatch, organisers, *posts)
    with db.transaction() as session:
        assert {question["label"] for question in session.get_one(Event, event.id).questions} == {"Kota", "Ukuran kaus"}
