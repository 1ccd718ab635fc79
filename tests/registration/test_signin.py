"""Signing in: what works, what is refused, and what the refusal does not reveal."""

import time

import pytest
import redis

from services.registration.models import Account, SignInSession, db
from shared.web import signin as tokens
from tests.registration.conftest import PASSWORDS, hidden, sign_in

EMAIL = PASSWORDS["DEMO_ORGANISER_EMAIL"]
PASSWORD = PASSWORDS["DEMO_ORGANISER_PASSWORD"]


@pytest.fixture(autouse=True)
def fresh_limits(valkey):
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()


def _claims(client):
    cookie = client.get_cookie(tokens.cookie_name())
    return tokens.read_token(cookie.value) if cookie else None


def test_signing_in_gives_a_token_with_the_accounts_scopes(client, event):
    assert sign_in(client, EMAIL.upper(), PASSWORD).location == "/console/"
    assert _claims(client)["scopes"] == ["operator", "organiser"]
    assert client.get("/console/").status_code == 200


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "salah"), ("siapa@contoh.example", "salah")])
def test_a_wrong_password_and_an_unknown_address_look_the_same(client, event, email, password):
    answer = sign_in(client, email, password)
    assert answer.status_code == 422
    assert "kata sandi salah" in answer.text
    assert _claims(client) is None


def test_an_unknown_address_takes_as_long(client, event):
    def seconds(email):
        started = time.perf_counter()
        sign_in(client, email, "salah")
        return time.perf_counter() - started

    known, unknown = min(seconds(EMAIL) for _ in range(3)), min(seconds("x@contoh.example") for _ in range(3))
    assert unknown > known / 3


def test_the_tenth_failure_closes_the_account_for_a_while_but_nobody_else(client, event):
    for _ in range(10):
        assert sign_in(client, EMAIL, "salah").status_code == 422
    assert sign_in(client, EMAIL, PASSWORD).status_code == 429
    assert sign_in(client, "lain@contoh.example", "salah").status_code == 422


def test_the_limit_holds_while_redis_hangs(client, event, valkey):
    valkey.pause()
    try:
        answers = [sign_in(client, EMAIL, "salah").status_code for _ in range(12)]
    finally:
        valkey.resume()
    assert answers[0] == 422
    assert answers[-1] == 429


def test_renewal_sends_back_with_a_fresh_token(organiser):
    organiser.delete_cookie(tokens.cookie_name())
    turned_away = organiser.get("/console/")
    assert turned_away.status_code == 302
    back = organiser.get(turned_away.location)
    assert (back.status_code, back.location) == (303, "/console/")
    assert _claims(organiser)["sub"]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_renewal_sends_nobody_elsewhere(organiser, target):
    assert organiser.get("/console/renew", query_string={"next": target}).location == "/console/"


def test_signing_out_ends_the_session_for_good(organiser):
    page = organiser.get("/console/")
    kept = organiser.get_cookie("hadir-registration").value
    organiser.post("/console/sign-out", data={"csrf_token": hidden(page, "csrf_token")})
    assert _claims(organiser) is None
    organiser.set_cookie("hadir-registration", kept)
    assert organiser.get("/console/renew").location.startswith("/console/sign-in")


def test_a_closed_account_is_out(organiser):
    with db.transaction() as session:
        session.query(Account).one().active = False
    assert organiser.get("/console/renew").location.startswith("/console/sign-in")


def test_the_database_holds_no_secret_that_signs_in(organiser):
    with db.transaction() as session:
        held = session.query(SignInSession).one()
        account = session.query(Account).one()
    cookie = organiser.get_cookie("hadir-registration").value
    assert held.secret_hash not in cookie
    assert account.password_hash.startswith("$argon2id$")


def test_strangers_see_no_console(client, event):
    for path in ("/console/", f"/console/events/{event.id}", f"/console/events/{event.id}/participants"):
        assert client.get(path).location.startswith("/console/renew")
