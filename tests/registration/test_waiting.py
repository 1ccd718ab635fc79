"""The waiting list with a deadline: an offer is confirmed in time, or goes to the next in line."""

from datetime import timedelta

import pytest

from services.registration import tasks
from services.registration.enrolment import cancelling, offers, sign_up
from services.registration.mail.compose import compose
from services.registration.models import Event, Participant, db
from shared import clock
from shared.mail.models import Mail


@pytest.fixture
def line(event):
    """Six people on the open seats and three who wait; offers must be confirmed within 24 hours."""
    with db.transaction() as session:
        ours = session.get(Event, event.id)
        ours.offer_hours = 24
        people = [
            sign_up.register(session, ours, {"name": f"P{n}", "email": f"p{n}@contoh.example"}, "form")
            for n in range(9)
        ]
        return [person.id for person in people]


def _cancel(event, person_id):
    with db.transaction() as session:
        cancelling.cancel(session, session.get(Event, event.id), person_id, by_holder=True)


def _statuses(ids):
    with db.transaction() as session:
        return [session.get(Participant, person_id).status for person_id in ids]


def test_an_offer_says_until_when(line, event):
    _cancel(event, line[0])
    with db.transaction() as session:
        mail = session.query(Mail).filter_by(subject_key=str(line[6])).order_by(Mail.created_at.desc()).first()
    assert "Konfirmasi paling lambat" in compose(mail).get_body(("plain",)).get_content()


def test_a_confirmed_offer_stays(line, event, tmp_path, monkeypatch):
    _cancel(event, line[0])
    with db.transaction() as session:
        offers.confirm(session, line[6])
    _jump(monkeypatch, tmp_path, hours=25)
    tasks.tick()
    assert _statuses(line[6:]) == ["confirmed", "waitlisted", "waitlisted"]


def test_an_offer_that_nobody_confirms_goes_to_the_next(line, event, tmp_path, monkeypatch):
    _cancel(event, line[0])
    _jump(monkeypatch, tmp_path, hours=23)
    tasks.tick()
    assert _statuses(line[6:]) == ["confirmed", "waitlisted", "waitlisted"]
    _jump(monkeypatch, tmp_path, hours=25)
    tasks.tick()
    assert _statuses(line[6:]) == ["cancelled", "confirmed", "waitlisted"]


def test_too_late_is_too_late(line, event, tmp_path, monkeypatch):
    _cancel(event, line[0])
    _jump(monkeypatch, tmp_path, hours=25)
    with db.transaction() as session:
        offers.confirm(session, line[6])
    tasks.tick()
    assert _statuses(line[6:7]) == ["cancelled"]


def _jump(monkeypatch, tmp_path, hours):
    monkeypatch.setenv("HADIR_CLOCK_FILE", str(tmp_path / "clock.json"))
    clock.write(tmp_path / "clock.json", clock.real_now() + timedelta(hours=hours))
