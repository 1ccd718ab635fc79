"""What every service answers, whatever it is for."""

import pytest

from tests.environment import SERVICES

PREFIXES = {"registration": "", "checkin": "/checkin", "certificates": "/certificates"}


def _client(name):
    module = __import__(f"services.{name}.app", fromlist=["create_app"])
    return module.create_app().test_client()


@pytest.mark.parametrize("name", PREFIXES)
def test_health_and_readiness(clean, name):
    client = _client(name)
    assert client.get(f"{PREFIXES[name]}/healthz").json["status"] == "ok"
    assert client.get(f"{PREFIXES[name]}/readyz").json == {"status": "ok", "database": True, "broker": True}


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
