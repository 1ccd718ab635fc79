"""Calling a route of the table as one of its callers, and reading from the answer whether they were let in."""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from shared.web import signin
from tests.environment import SERVICES
from tests.roles import world
from tests.roles.world import Rows, World

MAY, SIGN_IN = "+", "L"
REFUSALS = {401: "1", 403: "3", 404: "4"}
# A token of a link as it could be, if anybody but registration could sign one.
FORGED = "WyJhYSIsMTkwMDAwMDAwMF0.c2lnbmF0dXJl"
# Without the box ticked, a form asks for it.
TICKED = {"confirm": "true"}
# A form that nobody could have filled in.
NONSENSE = {"group": "x", "code": "x" * 50, "email": "x", "day": "x", "confirm": "x"}
TASKS = {
    "registration": "registration.send-mail",
    "checkin": "checkin.no-jobs",
    "certificates": "certificates.send-mail",
}


@cache
def app_of(service: str) -> Flask:
    """The real app of a service."""
    app: Flask = importlib.import_module(f"services.{service}.app").create_app()
    return app


@cache
def form_token(service: str) -> tuple[str, str]:
    """The session cookie of a browser that has seen a form, and the CSRF token in that form."""
    app = app_of(service)
    with app.test_request_context():
        token = generate_csrf()
        cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))  # type: ignore[attr-defined]
    return cookie, token


@cache
def routes() -> dict[tuple[str, str], tuple[str, Rule]]:
    """Every (method, path) of the three apps, static files left out, with its service and rule."""
    return {
        (method, rule.rule): (service.name, rule)
        for service in SERVICES
        for rule in app_of(service.name).url_map.iter_rules()
        if not rule.endpoint.endswith("static")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def call(
    here: World,
    caller: str,
    method: str,
    path: str,
    ids: Mapping[str, Any] | None = None,
    body: Mapping[str, str] | None = None,
) -> str:
    """The letter that the answer to ``caller`` makes; ``ids`` replace those of the own event, ``body`` the form."""
    answer = request(here, caller, method, path, ids or {}, body)
    if answer.status_code == 429:
        world.forget_limits()
        answer = request(here, caller, method, path, ids or {}, body)
    return letter(answer)


def request(
    here: World, caller: str, method: str, path: str, ids: Mapping[str, Any], form: Mapping[str, str] | None
) -> TestResponse:
    """The answer of the route to ``caller``."""
    service, rule = routes()[method, path]
    app = app_of(service)
    client = app.test_client()
    shown = dict(here.headers[caller])
    cookie, token = form_token(service)
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    if "signin" in shown:
        client.set_cookie(signin.cookie_name(), shown.pop("signin"))
    address = _address(rule, {**values(here, here.own, service, path), "token": _token(here, caller, path), **ids})
    body = {"data": form} if form is not None else _body(here, path)
    return client.open(address, method=method, headers={"X-CSRFToken": token, **shown}, buffered=True, **body)


def letter(answer: TestResponse) -> str:
    """What the answer says about the caller's right."""
    if answer.status_code == 302 and urlsplit(answer.location).path == signin.RENEWAL_PATH:
        return SIGN_IN
    assert answer.status_code not in (405, 429), answer.text
    assert answer.status_code < 500, answer.text
    return REFUSALS.get(answer.status_code, MAY)


def values(here: World, rows: Rows, service: str, path: str) -> dict[str, Any]:
    """What stands in a path for each of its variables, from ``rows``."""
    of_partner = "partner_id" in path
    return {
        **rows.ids,
        "session_id": rows.ids["sign_in" if path.startswith("/console/sessions/") else f"{service}_session"],
        "participant_id": rows.people["partner" if of_partner else service],
        "code": here.code,
        "filename": "participants.csv",
        "name": "main.js",
        "index": 0,
        "number": 0,
        "page": 1,
        "task": TASKS[service],
        "job_id": rows.ids["mail_id"],
        "letter_id": rows.ids["mail_id"],
    }


def _token(here: World, caller: str, path: str) -> str:
    if caller != "link":
        return FORGED
    return here.password_link if path.startswith("/console/password/") else here.own.link


def _address(rule: Rule, given: Mapping[str, Any]) -> str:
    return "".join(str(given[part]) if is_variable else part for is_variable, part in rule._trace if part != "|")


def _body(here: World, path: str) -> dict[str, Any]:
    if path.endswith("/v1/scans"):
        return {"json": world.scans(here.own.ids["event_id"])}
    if path.endswith("/v1/walk-ins"):
        return {"json": world.walk_ins()}
    if "/api/" in path:
        return {"json": {"name": "Nama Lain"} if path.endswith("/name") else {}}
    return {"data": TICKED if path.endswith(("/erase", "/cancel")) else {}}
