"""Whatever a stranger sends, every app answers in the right form, and never with a 500."""

import importlib
import io
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from werkzeug.test import EnvironBuilder, run_wsgi_app

from shared.web import signin
from shared.web.app import MAX_BODY_BYTES
from tests.environment import SERVICES

pytestmark = pytest.mark.usefixtures("clean")
every_app = pytest.mark.parametrize("name", [service.name for service in SERVICES])


@cache
def app_of(name: str) -> Flask:
    return importlib.import_module(f"services.{name}.app").create_app()


def ask(app: Flask, method: str, path: bytes, query: bytes = b"", body: bytes = b"", **headers: str) -> tuple[int, str]:
    """A request of raw bytes, past the politeness of the test client; the status and the kind of the answer."""
    environ = EnvironBuilder(method=method).get_environ()
    environ |= {
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        **headers,
    }
    content, status, answered = run_wsgi_app(app.wsgi_app, environ)
    b"".join(content)
    return int(status.split()[0]), answered.get("Content-Type", "")


def stranger(app: Flask) -> dict[str, Any]:
    return {}


def organiser(app: Flask) -> dict[str, Any]:
    """The headers of somebody who may do anything, with the CSRF token of their session."""
    token = signin.make_token("00000000-0000-4000-8000-000000000001", "Penguji", ["organiser", "operator"])
    with app.test_request_context():
        csrf = generate_csrf()
        session_cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))  # type: ignore[attr-defined]
    name = app.config["SESSION_COOKIE_NAME"]
    return {
        "HTTP_COOKIE": f"{signin.cookie_name()}={token}; {name}={session_cookie}",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_X_CSRFTOKEN": csrf,
    }


def paths(app: Flask, value: str) -> list[tuple[str, set[str]]]:
    """Every path of the app, with ``value`` for whatever is variable in it, and its methods."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("static"):
            continue
        parts = [part if not is_variable else value for is_variable, part in rule._trace if part != "|"]
        found.append(("".join(parts), set(rule.methods or ())))
    return found


Caller = Callable[[Flask], dict[str, Any]]
by_anybody = pytest.mark.parametrize("caller", [stranger, organiser], ids=["stranger", "organiser"])


def check(app: Flask, method: str, path: bytes, query: bytes = b"", body: bytes = b"", **headers: str) -> int:
    status, kind = ask(app, method, path, query, body, **headers)
    assert status < 500, (method, path, query, body, headers, status)
    if status >= 400:
        expected = "application/problem+json" if b"/api/" in path else "text/html"
        assert kind.startswith(expected), (method, path, query, body, headers, status, kind)
    return status


HOSTILE = [
    "1",
    "99999999999999999999999",
    "-1",
    "x",
    "%",
    "\x00",
    "\xff",
    "\ufffd",
    "a" * 5000,
    "..",
    "';--",
    "{{7*7}}",
]


@every_app
@by_anybody
@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_hostile_paths(name: str, caller: Caller, value: str) -> None:
    app = app_of(name)
    headers = caller(app)
    for path, methods in paths(app, value):
        for method in sorted(methods):
            check(app, method, path.encode("latin-1", "ignore") or path.encode(), **headers)


@every_app
def test_unknown_routes_and_methods(name: str) -> None:
    app = app_of(name)
    prefix = {"registration": b"", "checkin": b"/checkin", "certificates": b"/certificates"}[name]
    for path in (b"/no", b"/\xff\xfe", b"/%00", b"/api/v1/no", b"/a" * 3000, b"//evil.example/..", b"/\n"):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "\xff"):
            check(app, method, prefix + path)
    for known, _methods in paths(app, "1"):
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            check(app, method, known.encode())


@every_app
@by_anybody
def test_hostile_queries_headers_and_cookies(name: str, caller: Caller) -> None:
    app = app_of(name)
    own = caller(app)
    queries = (
        b"\xff=\xff&lang=\x00",
        b"lang=en&lang=id&" + b"a=1&" * 3000,
        b"next=//evil.example&after=\x00&page=-1&q=%00",
    )
    header_sets: list[dict[str, str]] = [
        {"HTTP_HOST": "evil.example:99999"},
        {"HTTP_HOST": "\x7f \xff"},
        {
            "HTTP_X_FORWARDED_HOST": "evil.example",
            "HTTP_X_FORWARDED_FOR": "\xff, 999.1.1.1",
            "HTTP_X_FORWARDED_PROTO": "x",
        },
        {"HTTP_ACCEPT_LANGUAGE": "en;q=nan, " + "x," * 2000},
        {"HTTP_COOKIE": "hadir-signin=\xff; hadir-lang=\x00; hadir-" + name + "=eyJ.x.y; ; =;"},
        {"HTTP_AUTHORIZATION": "Bearer " + "\xff" * 50},
        {"HTTP_AUTHORIZATION": "Basic " + "A" * 5000},
        {"HTTP_IF_NONE_MATCH": "\xff", "HTTP_RANGE": "bytes=9-1", "HTTP_IF_MODIFIED_SINCE": "yesterday"},
        {"HTTP_IDEMPOTENCY_KEY": "\xff" * 5000},
    ]
    for path, _methods in paths(app, "1"):
        for query in queries:
            check(app, "GET", path.encode(), query, **own)
        for headers in header_sets:
            check(app, "GET", path.encode(), **(own | headers))


FORM = "application/x-www-form-urlencoded"
BODIES = [
    (FORM, b"\xff\xfe=\xff&full_name=%00&email=%ed%a0%80"),
    (FORM, b"a" * (MAX_BODY_BYTES + 10)),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a\xff"\r\n\r\n\x00\r\n--x'),
    ("application/json", b""),
    ("application/json", b"{"),
    ("application/json", b"\xff\xfe"),
    ("application/json", b'{"a": NaN, "b": 1e999}'),
    ("application/json", b"[" * 100_000),
    ("application/json", b"1" * 10_000),
    ("application/json; charset=utf-7", b"{}"),
    ("application/xml", b"<a/>"),
    ("\xff/\xff", b"{}"),
    ("", b"{}"),
]


@every_app
@by_anybody
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=[f"{kind} {body[:12]!r}" for kind, body in BODIES])
def test_hostile_bodies(name: str, caller: Caller, kind: str, body: bytes) -> None:
    app = app_of(name)
    headers = caller(app)
    for path, methods in paths(app, "1"):
        for method in methods & {"POST", "PUT", "PATCH", "DELETE"}:
            check(app, method, path.encode(), b"", body, CONTENT_TYPE=kind, **headers)


VALUES: list[Any] = [
    None,
    True,
    10**30,
    -1,
    1.5,
    "",
    "\x00",
    "a\ud800b",
    "x" * 100_000,
    [],
    [None],
    {},
    {"a": {"b": []}},
]


@every_app
@pytest.mark.parametrize("value", VALUES, ids=[repr(value)[:20] for value in VALUES])
@by_anybody
def test_hostile_json_for_every_documented_field(name: str, caller: Caller, value: Any) -> None:
    app = app_of(name)
    headers = {"CONTENT_TYPE": "application/json", **caller(app)}
    prefix = {"registration": "", "checkin": "/checkin", "certificates": "/certificates"}[name]
    spec = app.test_client().get(f"{prefix}/api/v1/openapi.json").json
    assert spec is not None
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            if "application/json" not in content:
                continue
            names = _field_names(spec, content["application/json"]["schema"])
            for body in ([value], value, dict.fromkeys(names, value), *({field: value} for field in names)):
                address = path.replace("{", "").replace("}", "").encode()
                check(app, method.upper(), address, b"", json.dumps(body).encode(), **headers)


def _field_names(spec: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return list(schema.get("properties", {}))
