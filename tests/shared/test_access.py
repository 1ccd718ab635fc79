"""Who may come in: genuine tokens that have not run out, for what they are for, and nobody sent elsewhere."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.registration.service import service
from shared import clock, keys, settings
from shared.web import errors, signin
from shared.web.access import COORDINATOR, DEVICE, ORGANISER, PUBLIC, Principal, who
from shared.web.app import make_app

pytestmark = pytest.mark.usefixtures("clean")


def claims(**changes):
    now = int(clock.real_now().timestamp())
    kept = {"iss": signin.ISSUER, "sub": "1", "name": "Penguji", "scopes": ["organiser"], "iat": now, "exp": now + 60}
    return {name: value for name, value in {**kept, **changes}.items() if value is not None}


def own_key():
    signing = keys.signing_key("HADIR_SESSION_PRIVATE_KEY")
    return OKPKey.import_key(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": keys.encode(signing.key.public_key().public_bytes_raw()),
            "d": keys.encode(signing.key.private_bytes_raw()),
        }
    )


def signed(content, key=None, alg="Ed25519"):
    return jwt.encode({"alg": alg}, content, key or own_key(), algorithms=[alg])


def unsigned(content):
    parts = ({"alg": "none"}, content)
    return ".".join(keys.encode(json.dumps(part).encode()) for part in parts) + "."


def forgeries():
    public = keys.public_keys("HADIR_SESSION_PUBLIC_KEYS")[1].public_bytes_raw()
    genuine = signin.make_token("1", "Penguji", ["organiser"])
    return {
        "nothing": "",
        "no signature": unsigned(claims()),
        "another key": signed(claims(), OKPKey.generate_key("Ed25519")),
        "the public key as a secret": signed(claims(), OctKey.import_key(public + bytes(32)), "HS256"),
        "run out": signed(claims(exp=int(clock.real_now().timestamp()) - 1)),
        "never running out": signed(claims(exp=None)),
        "of somebody else": signed(claims(iss="evil")),
        "of nobody": signed(claims(sub=None)),
        "without scopes": signed(claims(scopes=None)),
        "with a scope that is no list": signed(claims(scopes="organiser")),
        "without a name": signed(claims(name=None)),
        "changed": genuine[:-4] + ("AAAA" if genuine[-4:] != "AAAA" else "BBBB"),
        "cut": genuine[:-20],
    }


def test_a_genuine_token_says_who_it_is():
    found = signin.read_token(signin.make_token("1", "Penguji", ["organiser"]))
    assert found is not None
    assert (found["sub"], found["scopes"]) == ("1", ["organiser"])


def test_no_forgery_is_taken():
    taken = [name for name, token in forgeries().items() if signin.read_token(token) is not None]
    assert taken == []


def test_a_retired_key_still_verifies_and_a_removed_one_does_not(monkeypatch):
    token = signin.make_token("1", "Penguji", [])
    fresh = keys.SigningKey(2, Ed25519PrivateKey.generate())
    old = settings.required("HADIR_SESSION_PUBLIC_KEYS")
    monkeypatch.setenv("HADIR_SESSION_PUBLIC_KEYS", f"{old},{fresh.public()}")
    assert signin.read_token(token) is not None
    monkeypatch.setenv("HADIR_SESSION_PUBLIC_KEYS", fresh.public())
    assert signin.read_token(token) is None


def test_simulated_time_does_not_reach_tokens(tmp_path, monkeypatch):
    clock.write(tmp_path / "clock.json", clock.real_now() - timedelta(days=365))
    monkeypatch.setenv("HADIR_CLOCK_FILE", str(tmp_path / "clock.json"))
    assert signin.read_token(signin.make_token("1", "Penguji", [])) is not None


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
@example("a.b.c")
@example("eyJhbGciOlsieCJdfQ.e30.AA")
@example("eyJhbGciOiJFZDI1NTE5IiwiY3JpdCI6WyJ4Il19.e30.AA")
def test_any_text_is_a_token_or_not_but_no_crash(text):
    assert signin.read_token(text) is None


@given(st.text(alphabet="/\\\\.:@%?#ab\t\n\r\x00 e", max_size=12))
@example("/\t/evil.example")
@example("//evil.example")
@example("/\\evil.example")
@example("https://evil.example")
@example("javascript:alert(1)")
def test_no_redirect_leaves_the_site(path):
    chosen = signin.safe_next(path, "/console/")
    # What browsers do before they look at an address.
    seen = "".join(character for character in chosen if character > " ").replace("\\", "/")
    assert seen.startswith("/")
    assert not seen.startswith("//")
    assert not urlsplit(seen).netloc


def test_scopes():
    anywhere, here, partner = (
        Principal("1", "", ("organiser",)),
        Principal("2", "", ("organiser:5",)),
        Principal("3", "", ("coordinator:5:7",)),
    )
    assert anywhere.may(ORGANISER, 5)
    assert here.may(ORGANISER, 5)
    assert not here.may(ORGANISER, 55)
    assert partner.may(COORDINATOR, 5, 7)
    assert not partner.may(COORDINATOR, 5, 77)
    assert not partner.may(COORDINATOR, 5)
    assert not partner.may(ORGANISER, 5)


@pytest.fixture
def app() -> Flask:
    """What every service's app is made from, with a few views."""
    app = make_app(service, service.package)

    @app.get("/test/anybody")
    @who(PUBLIC)
    def anybody():
        return "ok"

    @app.get("/test/organiser")
    @who(ORGANISER)
    def organiser():
        return "ok"

    @app.get("/test/api/organiser")
    @who(ORGANISER)
    def api_organiser():
        return "ok"

    @app.get("/test/forgotten")
    def forgotten():
        return "ok"

    @app.post("/test/form")
    @who(PUBLIC)
    def form():
        return "ok"

    return app


def test_a_page_for_organisers_sends_strangers_to_sign_in_and_back(app):
    answer = app.test_client().get("/test/organiser?a=1")
    assert answer.status_code == 302
    target = urlsplit(answer.location)
    assert target.path == signin.RENEWAL_PATH
    assert parse_qs(target.query)["next"] == ["/test/organiser?a=1"]


def test_the_cookie_opens_pages_and_the_header_apis(app):
    token = signin.make_token("1", "Penguji", ["organiser"])
    client = app.test_client()
    assert client.get("/test/api/organiser", headers={"Authorization": f"Bearer {token}"}).text == "ok"
    assert client.get("/test/organiser", headers={"Authorization": f"Bearer {token}"}).status_code == 302
    client.set_cookie(signin.cookie_name(), token)
    assert client.get("/test/organiser").text == "ok"
    assert client.get("/test/api/organiser").status_code == 401


def test_the_wrong_role_is_refused(app):
    client = app.test_client()
    client.set_cookie(signin.cookie_name(), signin.make_token("1", "Penguji", ["device:1", "coordinator:1:1"]))
    assert client.get("/test/organiser").status_code == 403
    header = {"Authorization": f"Bearer {signin.make_token('1', 'Penguji', [DEVICE])}"}
    assert client.get("/test/api/organiser", headers=header).status_code == 403


def test_a_view_that_says_nothing_is_closed_to_everybody(app):
    client = app.test_client()
    client.set_cookie(signin.cookie_name(), signin.make_token("1", "Penguji", ["organiser", "operator"]))
    assert client.get("/test/forgotten").status_code == 403


def test_a_form_needs_its_token(app):
    client = app.test_client()
    assert client.post("/test/form").status_code == 400
    assert client.post("/test/form", data={"csrf_token": "made-up"}).status_code == 400
    assert client.post("/test/form", headers={"Origin": "https://evil.example"}).status_code == 400


def test_every_answer_carries_the_headers_that_keep_browsers_in_order(app):
    for path in ("/test/anybody", "/tidak-ada", "/test/organiser", "/healthz", "/api/v1/none"):
        headers = app.test_client().get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Request-Id"]
        assert headers["Cache-Control"] == "no-store"


def test_cookies_are_closed_to_scripts_and_to_other_sites(app):
    answer = app.test_client().get("/tidak-ada?lang=en")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_under_https_cookies_are_bound_to_the_host(monkeypatch):
    monkeypatch.setenv("HADIR_PUBLIC_URL", "https://hadir.example")
    assert signin.cookie_name() == "__Host-hadir-signin"
    app = make_app(service, service.package)
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-hadir-registration"
    assert app.config["SESSION_COOKIE_SECURE"]
    response = app.response_class()
    signin.set_cookie(response, "x")
    assert "Secure" in response.headers["Set-Cookie"]
    assert "Domain" not in response.headers["Set-Cookie"]


def test_an_error_behind_a_link_does_not_log_the_links_token(app, monkeypatch):
    logged = structlog.testing.LogCapture()
    monkeypatch.setattr(errors, "log", structlog.wrap_logger(None, processors=[logged]))

    @app.get("/test/link/<token>")
    @who(PUBLIC)
    def link(token):
        raise RuntimeError("broken")

    assert app.test_client().get("/test/link/secret-of-the-link").status_code == 500
    assert "/test/link/<token>" in str(logged.entries)
    assert "secret-of-the-link" not in str(logged.entries)
