"""Limits hold in all weathers, and never keep anybody waiting."""

import importlib
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.web import limits
from stack.engines import ValkeyServer


@pytest.fixture
def client(environment: None, valkey: ValkeyServer) -> Iterator[FlaskClient]:
    """An app of its own with one view that may be called three times a minute."""
    fresh = importlib.reload(limits)
    app = Flask("limited")

    @app.get("/")
    @fresh.limiter.limit("3 per minute")
    def view() -> str:
        return "ok"

    fresh.install(app)
    with app.app_context():
        fresh.limiter.reset()
    yield app.test_client()
    importlib.reload(limits)


def ask(client: FlaskClient, times: int) -> tuple[list[int], float]:
    """The answers, and how long the slowest took."""
    statuses, slowest = [], 0.0
    for _ in range(times):
        began = time.monotonic()
        statuses.append(client.get("/").status_code)
        slowest = max(slowest, time.monotonic() - began)
    return statuses, slowest


def test_a_limit_holds(client: FlaskClient) -> None:
    assert ask(client, 5)[0] == [200, 200, 200, 429, 429]


def test_a_limit_holds_and_answers_quickly_while_the_broker_hangs(client: FlaskClient, valkey: ValkeyServer) -> None:
    ask(client, 1)
    valkey.pause()
    try:
        statuses, slowest = ask(client, 8)
    finally:
        valkey.resume()
    assert statuses == [200, 200, 200, 429, 429, 429, 429, 429]
    assert slowest < 1.0


def test_a_limit_holds_while_the_broker_is_gone_and_after(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    # A port where nobody listens, from the start: the app comes up all the same.
    monkeypatch.setenv("HADIR_BROKER_URL", "redis://:x@127.0.0.1:9/0")
    fresh = importlib.reload(limits)
    app = Flask("limited-alone")
    app.get("/")(fresh.limiter.limit("3 per minute")(lambda: "ok"))
    fresh.install(app)
    statuses, slowest = ask(app.test_client(), 5)
    assert statuses == [200, 200, 200, 429, 429]
    assert slowest < 1.0
