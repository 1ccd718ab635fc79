"""Input that once was answered by a 5xx, or by a message that nobody can read."""

import threading
import uuid
from contextlib import suppress

import pytest
from sqlalchemy import select

from services.certificates.app import create_app as certificates_app
from services.certificates.models import Run
from services.certificates.models import db as certificates_db
from services.certificates.service import service as certificates
from services.registration.enrolment import sign_up
from services.registration.events import copying
from services.registration.models import Event, Partner, db
from services.registration.partners import organisations
from services.registration.tickets import links
from shared import clock, jobs
from shared.actors import SYSTEM_ACTOR
from shared.web import signin
from tests.certificates import support as issuing
from tests.checkin import support as door
from tests.registration.conftest import hidden


@pytest.fixture
def token(organiser):
    return hidden(organiser.get("/console/"), "csrf_token")


def ayu(event) -> tuple[uuid.UUID, str]:
    with db.transaction() as session:
        stored = session.get(Event, event.id)
        person = sign_up.register(session, stored, {"name": "Ayu", "email": "ayu@contoh.example"}, "organiser")
        return person.id, links.link_token(stored, person)


@pytest.mark.parametrize("sent", [{"code": "K" * 21}, {"code": "a\x00b"}, {"code": "K", "nobody": "1"}])
def test_a_companion_by_a_code_that_is_none(organiser, event, token, sent):
    person, _link = ayu(event)
    address = f"/console/events/{event.id}/groups/companion/{person}"
    assert organiser.post(address, data={"csrf_token": token, **sent}).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1900-01-01", "2200-01-01", ""])
def test_a_copy_to_a_day_out_of_reach(organiser, event, token, day):
    answer = organiser.post(f"/console/events/{event.id}/copy", data={"csrf_token": token, "day": day})
    assert answer.status_code == 422
    assert organiser.get("/console/").text.count(event.title) == 1


def test_one_event_has_one_partner_of_a_name(event):
    taken = together(lambda session: organisations.add(session, SYSTEM_ACTOR, session.get(Event, event.id), "Baru", 1))
    assert taken == [organisations.NameTaken]
    with db.transaction() as session:
        assert len(session.scalars(select(Partner).where(Partner.name == "Baru")).all()) == 1


def test_two_copies_to_one_day_get_slugs_of_their_own(event, coming_day):
    assert together(lambda session: copying.copy(session, SYSTEM_ACTOR, session.get(Event, event.id), coming_day)) == []


def together(work) -> list[type]:
    """Two transactions that overlap: both have looked before either commits. What they raise."""
    raised, done = [], threading.Barrier(2)

    def one() -> None:
        try:
            with db.transaction() as session:
                work(session)
                # Wait for the other as long as it can get here; it cannot while it waits for a lock of ours.
                with suppress(threading.BrokenBarrierError):
                    done.wait(1)
        except Exception as error:
            raised.append(type(error))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_link_has_one_spelling(client, event):
    _person, link = ayu(event)
    assert client.get(f"/t/{link}").status_code == 200
    assert client.get(f"/t/{link}=").status_code == 404


def test_an_instant_out_of_reach_is_refused_in_words(clean, tmp_path, monkeypatch):
    from services.checkin.app import create_app

    day = door.Day(tmp_path, monkeypatch)
    day.at(door.wib("08:00"))
    door.receive(door.event_fact())
    scan = {"scan_id": str(uuid.uuid4()), "ticket": "x", "direction": "in", "scanned_at": "1950-01-01T00:00:00Z"}
    sent = {"device_now": "1950-01-01T00:00:00Z", "scans": [scan]}
    signed_in = {"Authorization": f"Bearer {signin.make_token('1', 'Ani', ['organiser'])}"}
    answer = create_app().test_client().post("/checkin/api/v1/scans", json=sent, headers=signed_in)
    if answer.status_code == 422:
        assert answer.json["errors"]["device_now"] == ["Waktu di luar jangkauan."]
    else:
        pytest.fail(f"{answer.status_code}: {answer.text}")


@pytest.fixture
def console(clean, tmp_path, monkeypatch):
    issuing.at_business_time(tmp_path, monkeypatch, issuing.at(17, 16))
    issuing.receive(issuing.event(), *issuing.full_day([1]))
    client = certificates_app().test_client()
    client.set_cookie(signin.cookie_name(), signin.make_token("1", "Ani", ["organiser", "operator"]))
    return client


@pytest.mark.parametrize("name", ["a%00b", "%01", "%ed%a0%80", "%F0%9F%8E%93", "a" * 5_000])
def test_a_name_for_the_preview_that_nobody_can_draw(console, name):
    assert console.get(f"/certificates/console/events/1/layout/?name={name}").status_code == 200


def test_a_failed_run_beside_an_unfinished_one_is_refused_in_words(console):
    with certificates_db.transaction() as session:
        failed = Run(id=uuid.uuid4(), event_id=1, cause="requested", state=jobs.FAILED, finished_at=clock.real_now())
        session.add_all([failed, Run(id=uuid.uuid4(), event_id=1, cause="requested")])
    (kind,) = [kind for kind in certificates.jobs if kind.model is Run]
    address = "/certificates/console/operations"
    data = {"csrf_token": hidden(console.get(address), "csrf_token")}
    answer = console.post(f"{address}/jobs/{kind.task}/{failed.id}/again", data=data, follow_redirects=True)
    assert answer.status_code == 200
    assert "belum selesai" in answer.text
