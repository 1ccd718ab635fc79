"""Limits hold in all weathers, and never keep anybody waiting."""

import importlib
import socketserver
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

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

    fresh.install(app, "test")
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
    fresh.install(app, "test")
    statuses, slowest = ask(app.test_client(), 5)
    assert statuses == [200, 200, 200, 429, 429]
    assert slowest < 1.0


def test_every_thread_gets_an_answer_when_the_broker_begins_to_hang(client: FlaskClient, valkey: ValkeyServer) -> None:
    """All of them wait for the broker at the same moment; none may answer 500."""
    ask(client, 1)
    valkey.pause()
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: client.application.test_client().get("/").status_code, range(8)))
    finally:
        valkey.resume()
    assert sorted(answers) == [200] * 3 + [429] * 5


@pytest.mark.parametrize(
    "answer", [b"-LOADING Valkey is loading the dataset in memory\r\n", b"-BUSY script\r\n", b"?\r\n"]
)
def test_a_broker_that_answers_nonsense_costs_nothing(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    with answering(answer) as port:
        monkeypatch.setenv("HADIR_BROKER_URL", f"redis://:x@127.0.0.1:{port}/0")
        fresh = importlib.reload(limits)
        app = Flask("limited-nonsense")
        app.get("/")(fresh.limiter.limit("3 per minute")(lambda: "ok"))
        fresh.install(app, "test")
        assert ask(app.test_client(), 5)[0] == [200, 200, 200, 429, 429]


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that answers everything with ``answer``; yields its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(4096):
                self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
