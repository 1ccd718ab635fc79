"""The operator sees what is under way and what failed, and tries it again."""

import re
import uuid
from datetime import timedelta

import pytest

from services.registration.service import service
from shared import clock, jobs
from shared.contracts import EVENT_CHANGED
from shared.delivery.models import DeadLetter, Outgoing
from shared.mail.models import Mail
from shared.service import Service
from shared.web import signin
from shared.web.app import make_app
from tests.environment import SERVICES
from tests.shape.test_messages import example

pytestmark = pytest.mark.usefixtures("clean")

applied = []
HANDLERS = {EVENT_CHANGED.type: lambda session, facts: applied.extend(facts)}


def client_of(scopes, which=service):
    client = make_app(which, which.package).test_client()
    client.set_cookie(signin.cookie_name(), signin.make_token("1", "Penguji", scopes))
    return client


class Handling(Service):
    @property
    def handlers(self):
        return HANDLERS


@pytest.fixture
def operator():
    """An operator of a registration that handles its own events, for the sake of a replay."""
    applied.clear()
    own = Handling(service.name, service.db, service.metadata, service.jobs)
    return client_of(["operator"], own)


def post(client, path):
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/console/operations").text)
    assert found is not None
    return client.post(f"/console/operations{path}", data={"csrf_token": found[1]}, follow_redirects=True)


def keep(payload):
    letter = DeadLetter(
        id=uuid.uuid4(),
        source="registration",
        type=EVENT_CHANGED.type,
        key="1",
        message_id=uuid.uuid4().int % 2**62,
        payload=payload,
        error="it did <not> fit",
        received_at=clock.real_now() - timedelta(minutes=5),
    )
    with service.db.transaction() as session:
        session.add(letter)
    return letter.id


def letters():
    with service.db.transaction() as session:
        return session.query(DeadLetter).count()


@pytest.mark.parametrize("which", SERVICES, ids=lambda which: which.name)
def test_every_service_has_the_page_in_both_languages(which):
    client = client_of(["operator"], which)
    assert "Semua sudah diterima." in client.get("/console/operations").text
    assert "Everything has been received." in client.get("/console/operations?lang=en").text


def test_organisers_do_not_see_it():
    assert client_of(["organiser"]).get("/console/operations").status_code == 403


def test_a_dead_letter_is_shown_and_replayed(operator):
    keep(example(EVENT_CHANGED.type))
    page = operator.get("/console/operations").text
    assert "it did &lt;not&gt; fit" in page
    assert "5 menit" in page
    assert "1 pesan diterapkan." in post(operator, "/letters/replay").text
    assert [fact["event_id"] for fact in applied] == [1]
    assert letters() == 0


def test_what_still_does_not_fit_stays(operator):
    letter = keep({})
    assert "1 pesan tetap gagal." in post(operator, f"/letters/{letter}/replay").text
    assert letters() == 1
    assert "dicoba 1 kali lagi" in operator.get("/console/operations").text


def test_a_dead_letter_is_dropped(operator):
    letter = keep({})
    assert "Pesan itu dibuang." in post(operator, f"/letters/{letter}/drop").text
    assert letters() == 0


def test_a_failed_job_is_tried_again(operator):
    with service.db.transaction() as session:
        mail = Mail(
            id=uuid.uuid4(),
            kind="ticket",
            subject_key="1",
            recipient="wulan@contoh.example",
            dedupe_key="ticket:1",
            state=jobs.FAILED,
            attempts=8,
            last_error="550 no such user",
            finished_at=clock.real_now(),
        )
        session.add(mail)
    keep({})
    assert "550 no such user" in operator.get("/console/operations").text
    (kind,) = [kind for kind in service.jobs if kind.model is Mail]
    assert "masuk antrean lagi" in post(operator, f"/jobs/{kind.task}/{mail.id}/again").text
    with service.db.transaction() as session:
        assert session.get_one(Mail, mail.id).state == jobs.WAITING
    assert post(operator, f"/jobs/{kind.task}/{uuid.uuid4()}/again").status_code == 200
    assert post(operator, f"/jobs/nothing/{mail.id}/again").status_code == 404


def test_what_is_under_way_is_counted(operator):
    with service.db.transaction() as session:
        row = {"subscriber": "checkin", "type": "t", "key": "1", "payload": {}, "due_at": clock.real_now()}
        session.add_all([Outgoing(**row, attempts=3), Outgoing(**row), Outgoing(**row, delivered_at=clock.real_now())])
    text = re.sub(r"<[^>]+>|\s+", " ", operator.get("/console/operations").text)
    assert re.search(r"checkin +2 +3×", text)
