"""The participant's own page: name, needs, calendar, data, consent, and the lost ticket."""

from datetime import timedelta

import icalendar
import pytest
from sqlalchemy import select, text

from services.registration import erasure, tasks
from services.registration.models import Attendance, Event, Participant, SeatPool, db
from shared import clock
from shared.actors import SYSTEM_ACTOR
from shared.delivery.models import DeadLetter, Outgoing
from shared.mail.models import Mail
from tests.registration.conftest import hidden


@pytest.fixture
def ayu(visitor, client):
    """Somebody who signed up: her page's path, and a way to post its forms."""

    class Ayu:
        page = visitor.sign_up(name="Ayu Lestari", needs="braille", needs_consent="true").location

        def post(self, what, **data):
            token = hidden(client.get(f"{self.page}/edit"), "csrf_token")
            return client.post(f"{self.page}/{what}", data={"csrf_token": token, **data})

        @property
        def row(self):
            with db.transaction() as session:
                return session.query(Participant).filter_by(role="peserta").one()

    return Ayu()


def _arrive(person):
    with db.transaction() as session:
        fact = {"participant_id": person.id, "session_id": 1, "event_id": person.event_id, "version": 1}
        session.add(Attendance(**fact, arrived_at=clock.now(), minutes=10, punctuality="on_time"))


def _published(person):
    with db.transaction() as session:
        rows = session.scalars(
            select(Outgoing)
            .where(Outgoing.key == str(person.id), Outgoing.subscriber == "certificates")
            .order_by(Outgoing.id)
        ).all()
    return [row.payload for row in rows]


def test_a_name_is_corrected_freely_before_the_door(ayu):
    assert ayu.post("name", name="Ayu Lestari, S.Pd.").status_code == 303
    assert ayu.row.name == "Ayu Lestari, S.Pd."
    assert _published(ayu.row)[-1]["name"] == "Ayu Lestari, S.Pd."


def test_after_the_door_a_name_needs_the_organiser(ayu, organiser, event):
    _arrive(ayu.row)
    ayu.post("name", name="Teman Ayu")
    assert (ayu.row.name, ayu.row.requested_name) == ("Ayu Lestari", "Teman Ayu")
    record = f"/console/events/{event.id}/participants/{ayu.row.id}"
    token = hidden(organiser.get(record), "csrf_token")
    organiser.post(f"{record}/name", data={"csrf_token": token, "decision": "decline"})
    assert (ayu.row.name, ayu.row.requested_name) == ("Ayu Lestari", None)
    ayu.post("name", name="Ayu Lestari Putri")
    organiser.post(f"{record}/name", data={"csrf_token": token, "decision": "approve"})
    assert ayu.row.name == "Ayu Lestari Putri"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b"])
def test_a_name_that_is_none_is_refused_and_kept_in_the_form(ayu, name):
    answer = ayu.post("name", name=name)
    assert answer.status_code == 422
    assert 'href="#f-name"' in answer.text
    assert ayu.row.name == "Ayu Lestari"


def test_needs_are_changed_and_withdrawn(ayu):
    ayu.post("needs", needs=["wheelchair", "diet"], needs_consent="true")
    assert ayu.row.needs == ["wheelchair", "diet"]
    assert ayu.post("needs", needs=["wheelchair"]).status_code == 422
    ayu.post("needs")
    assert (ayu.row.needs, ayu.row.needs_consent_at) == ([], None)
    assert [fact["needs_assistance"] for fact in _published(ayu.row)] == [True, True, False]


def test_the_calendar_holds_both_sessions(ayu, client, event):
    answer = client.get(f"{ayu.page}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    entries = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert [entry.decoded("dtstart") for entry in entries] == [
        event.starts_at,
        event.starts_at + timedelta(hours=5),
    ]
    assert entries[0]["location"] == "Hotel Aston, Jakarta Selatan"


def test_the_person_gets_everything_that_is_kept(ayu, client):
    data = client.get(f"{ayu.page}/data.json").json
    assert data["participant"]["email"] == "ayu@contoh.example"
    assert data["participant"]["needs"] == ["braille"]
    assert "JPPI" in data["consent"]["text"]
    assert data["mails"][0]["to"] == "ayu@contoh.example"


def test_an_erased_person_is_nowhere_in_the_database_any_more(ayu, client, organiser, event):
    ayu.post("name", name="Ayu Sekar Lestari")
    person = ayu.row
    with db.transaction() as session:
        dead_letter = {"source": "x", "type": "y", "key": str(person.id), "message_id": 1, "error": "e"}
        session.add(DeadLetter(**dead_letter, payload={"name": "Ayu"}, received_at=clock.real_now()))
    assert ayu.post("erase").status_code == 303
    assert ayu.row.erased_at is None
    ayu.post("erase", confirm="true")
    assert client.get(ayu.page).status_code == 404
    with db.transaction() as session:
        tables = session.scalars(text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"))
        for table in tables.all():
            rows = session.scalars(text(f'SELECT t::text FROM "{table}" t')).all()
            assert not [row for row in rows if "Lestari" in row or "ayu@contoh" in row], table
        kept = session.get(Participant, person.id)
        pool = session.scalars(
            select(SeatPool).where(SeatPool.event_id == event.id, SeatPool.partner_id.is_(None))
        ).one()
        assert (kept.status, kept.needs, pool.taken) == ("cancelled", [], 0)


def test_the_tombstone_is_the_last_word_and_the_only_one_on_its_way(ayu, event):
    person = ayu.row
    with db.transaction() as session:
        erasure.erase(session, SYSTEM_ACTOR, session.get(Event, event.id), person.id)
    (fact,) = _published(person)
    assert (fact["erased"], fact["name"], fact["email"], fact["organisation"]) == (True, None, None, None)
    assert fact["version"] > person.version


def test_who_was_there_still_counts_after_an_erasure(ayu, event):
    _arrive(ayu.row)
    with db.transaction() as session:
        erasure.erase(session, SYSTEM_ACTOR, session.get(Event, event.id), ayu.row.id)
    assert ayu.row.status == "confirmed"


def test_needs_go_a_week_after_the_event(ayu, event, tmp_path, monkeypatch):
    def at(days):
        clock.write(tmp_path / "clock.json", event.ends_at + timedelta(days=days))

    monkeypatch.setenv("HADIR_CLOCK_FILE", str(tmp_path / "clock.json"))
    at(6)
    tasks.tick()
    assert ayu.row.needs == ["braille"]
    at(8)
    tasks.tick()
    assert (ayu.row.needs, ayu.row.needs_consent_at) == ([], None)


def test_a_lost_ticket_is_sent_again_and_nobody_learns_who_is_registered(visitor, client, ayu):
    def ask(email):
        token = hidden(client.get(f"{visitor.address}/lost"), "csrf_token")
        answer = client.post(f"{visitor.address}/lost", data={"csrf_token": token, "email": email})
        return answer.status_code, answer.location, client.get(answer.location).text.count("Bila alamat itu terdaftar")

    assert ask("AYU@contoh.example") == ask("tidak-ada@contoh.example")
    with db.transaction() as session:
        mails = session.scalars(select(Mail.recipient).where(Mail.recipient.like("%@contoh.example"))).all()
    assert mails == ["ayu@contoh.example"] * 2


def test_a_link_ends_a_year_after_the_event(ayu, client, event, tmp_path, monkeypatch):
    monkeypatch.setenv("HADIR_CLOCK_FILE", str(tmp_path / "clock.json"))
    clock.write(tmp_path / "clock.json", event.ends_at + timedelta(days=364))
    assert client.get(ayu.page).status_code == 200
    clock.write(tmp_path / "clock.json", event.ends_at + timedelta(days=366))
    assert client.get(ayu.page).status_code == 404


def test_a_changed_link_opens_nothing(ayu, client):
    for place in range(4, len(ayu.page) - 1, 7):
        changed = ayu.page[:place] + ("A" if ayu.page[place] != "A" else "B") + ayu.page[place + 1 :]
        assert client.get(changed).status_code == 404
