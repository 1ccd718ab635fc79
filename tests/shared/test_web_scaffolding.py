"""What every service answers, whatever it is for."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from shared import clock, heartbeat
from shared.delivery.models import Heartbeat, Outgoing
from shared.mail import queue
from shared.mail.models import Mail
from tests.environment import SERVICES

PREFIXES = {"registration": "", "checkin": "/checkin", "certificates": "/certificates"}


def _client(name):
    module = __import__(f"services.{name}.app", fromlist=["create_app"])
    return module.create_app().test_client()


@pytest.mark.parametrize("name", PREFIXES)
def test_health_and_readiness(clean, name):
    client = _client(name)
    assert client.get(f"{PREFIXES[name]}/healthz").json["status"] == "ok"
    service = next(each for each in SERVICES if each.name == name)
    with service.db.transaction() as session:
        for each in heartbeat.expected(name):
            heartbeat.record(session, each)
    ready = client.get(f"{PREFIXES[name]}/readyz").json
    assert (ready["status"], ready["reasons"], ready["database"], ready["broker"]) == ("ok", [], True, True)


@pytest.mark.parametrize("name", PREFIXES)
def test_readiness_says_who_is_silent_and_what_is_old(clean, name):
    service = next(each for each in SERVICES if each.name == name)
    long_ago = clock.real_now() - timedelta(minutes=10)
    with service.db.transaction() as session:
        for each in heartbeat.expected(name):
            heartbeat.record(session, each)
        session.execute(update(Heartbeat).where(Heartbeat.name == heartbeat.RELAY).values(at=long_ago))
        session.execute(delete(Heartbeat).where(Heartbeat.name == heartbeat.BEAT))
        session.add(
            Outgoing(subscriber="x", type="x", key="1", payload={}, published_at=long_ago, due_at=clock.real_now())
        )
    answer = _client(name).get(f"{PREFIXES[name]}/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert [reason.rpartition(" for ")[0] or reason for reason in answer.json["reasons"]] == [
        "a fact has waited",
        "relay gave no sign of life",
        "beat never gave a sign of life",
    ]


def test_readiness_says_which_jobs_are_old(clean):
    (service,) = (each for each in SERVICES if each.name == "registration")
    with service.db.transaction() as session:
        queue.enqueue(session, "ticket", "x", "a@contoh.example", "x")
        session.execute(update(Mail).values(asked_at=clock.real_now() - timedelta(minutes=10)))
    ready = _client("registration").get("/readyz").json
    assert ready["oldest_job_seconds"]["registration.send-mail"] > 500
    assert "registration.send-mail has waited for" in " ".join(ready["reasons"])


@pytest.mark.parametrize("name", PREFIXES)
def test_readiness_says_degraded_while_the_broker_hangs(clean, valkey, name):
    client = _client(name)
    valkey.pause()
    try:
        answer = client.get(f"{PREFIXES[name]}/readyz")
    finally:
        valkey.resume()
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")


@pytest.mark.parametrize("name", PREFIXES)
def test_metrics_are_counted_from_the_database(clean, name):
    assert b"hadir_dead_letters 0.0" in _client(name).get(f"{PREFIXES[name]}/metrics").data


@pytest.mark.parametrize("name", PREFIXES)
def test_an_unknown_page_is_a_page_that_says_so(clean, name):
    answer = _client(name).get(f"{PREFIXES[name]}/tidak-ada")
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text


@pytest.mark.parametrize("name", PREFIXES)
def test_an_unknown_api_path_is_a_problem(clean, name):
    answer = _client(name).get(f"{PREFIXES[name]}/api/v1/nothing-here")
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == 404


def test_services_are_all_here():
    assert [service.name for service in SERVICES] == ["registration", "checkin", "certificates"]
