"""The gateway: who gets which path, whole; what is kept from strangers; what happens while a service restarts."""

import http.client
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stack import gateway
from stack.ports import HOST, free_port
from stack.probe import answers
from stack.unprivileged import die_with_parent

OWNERS = ("registration-web", "checkin-web", "certificates-web", "mailbox")


class Echo(BaseHTTPRequestHandler):
    """Answers who it is and what it was asked."""

    def do_GET(self) -> None:
        body = json.dumps(
            {"owner": self.server.owner, "path": self.path, "headers": dict(self.headers), "pad": "x" * 2000}  # type: ignore[attr-defined]
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


def serve(owner: str, port: int) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((HOST, port), Echo)
    server.owner = owner  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    numbers = {owner: free_port() for owner in OWNERS}
    servers = [serve(owner, port) for owner, port in numbers.items()]
    yield numbers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def caddy(ports: dict[str, int]) -> Iterator[int]:
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        settings = gateway.environment(port, ports, Path(directory))
        command = [*die_with_parent(), *gateway.command()]
        with subprocess.Popen(command, env=settings, stderr=subprocess.DEVNULL) as process:
            try:
                until = time.monotonic() + 20
                while not answers(port, "/"):
                    assert time.monotonic() < until
                    time.sleep(0.05)
                yield port
            finally:
                process.terminate()


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/", "registration-web"),
        ("/e/pelatihan?invite=abc", "registration-web"),
        ("/console/", "registration-web"),
        ("/checkinfo", "registration-web"),
        ("/verify", "registration-web"),
        ("/checkin", "checkin-web"),
        ("/checkin/api/v1/scans", "checkin-web"),
        ("/certificates/console/", "certificates-web"),
        ("/v/ABC-123", "certificates-web"),
        ("/mailbox", "mailbox"),
        ("/mailbox/api/messages", "mailbox"),
    ],
)
def test_each_path_reaches_its_owner_whole(caddy: int, path: str, owner: str) -> None:
    status, _, body = get(caddy, path)
    assert status == 200
    answer = json.loads(body)
    assert (answer["owner"], answer["path"]) == (owner, path)


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/checkin/metrics",
        "/certificates/metrics",
        "//metrics",
        "/checkin//metrics",
        "/%6detrics",
        "/METRICS",
    ],
)
def test_metrics_are_not_for_strangers(caddy: int, path: str) -> None:
    assert get(caddy, path)[0] == 404


def test_a_stranger_cannot_choose_the_address_he_seems_to_come_from(caddy: int) -> None:
    forwarded = json.loads(get(caddy, "/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")[2])["headers"]
    assert forwarded["X-Forwarded-For"] == HOST
    assert forwarded["X-Forwarded-Proto"] == "http"
    assert forwarded["Host"] == f"{HOST}:{caddy}"


def test_pages_are_compressed(caddy: int) -> None:
    _, headers, body = get(caddy, "/", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 1500


def test_it_listens_on_localhost_only(caddy: int) -> None:
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{caddy:04X}")}
    assert listening == {f"0100007F:{caddy:04X}"}
    six = Path("/proc/net/tcp6")
    assert not six.exists() or f":{caddy:04X} " not in six.read_text()


def test_a_service_that_restarts_is_waited_for_and_one_that_is_gone_is_said(caddy: int, ports: dict[str, int]) -> None:
    # A gateway of its own, before ports that nothing listens on yet.
    with tempfile.TemporaryDirectory() as directory:
        port, late = free_port(), {**ports, "checkin-web": free_port(), "certificates-web": free_port()}
        settings = gateway.environment(port, late, Path(directory))
        command = [*die_with_parent(), *gateway.command()]
        with subprocess.Popen(command, env=settings, stderr=subprocess.DEVNULL) as process:
            try:
                until = time.monotonic() + 20
                while not answers(port, "/"):
                    assert time.monotonic() < until
                    time.sleep(0.05)
                timer = threading.Timer(1.0, lambda: started.append(serve("checkin-web", late["checkin-web"])))
                started: list[ThreadingHTTPServer] = []
                timer.start()
                assert get(port, "/checkin/")[0] == 200
                status, headers, body = get(port, "/v/ABC")
                assert status == 502
                assert "coba lagi" in body.decode()
                assert headers["Retry-After"] == "5"
            finally:
                process.terminate()
                for server in started:
                    server.shutdown()
                    server.server_close()
