"""What every web service has: languages, errors, access, security headers, limits, health, OpenAPI."""

import uuid
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from flask import Blueprint, Flask, Request, Response, g, request
from flask_smorest import Api
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from shared import log, settings
from shared.service import Service
from shared.web import access, errors, health, i18n, limits, operations
from shared.web.openapi import make_api

SHARED = Path(__file__).resolve().parent.parent
MAX_BODY_BYTES = 1024 * 1024
# A megabyte can name 300,000 fields, which take half a second to read.
MOST_FIELDS = 5_000

# Scripts, styles and images come from this origin alone; nothing is inline.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

__all__ = ["add_api_blueprint", "csrf", "make_api", "make_app"]

csrf = CSRFProtect()


class HouseRequest(Request):
    """A request whose query string may hold any bytes: invalid UTF-8 is replaced, as it is in paths.

    A form with invalid UTF-8 is rejected: what somebody typed must not be stored differently.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.query_string = self.query_string.decode("utf-8", "replace").encode()

    def _load_form_data(self) -> None:
        if "form" not in self.__dict__ and self.mimetype == "application/x-www-form-urlencoded":
            sent = self.get_data(cache=True)
            if len(sent) > MAX_BODY_BYTES or sent.count(b"&") > MOST_FIELDS:
                raise RequestEntityTooLarge
            try:
                unquote_to_bytes(sent).decode()
            except UnicodeDecodeError as error:
                raise errors.NotText from error
        super()._load_form_data()
        # Werkzeug replaces invalid UTF-8 in other kinds of parts.
        if any("\ufffd" in text for _name, text in self.form.items(multi=True)):
            raise errors.NotText


class Id(IntegerConverter):
    """``<int:...>`` in a path: a number that a column can hold; any other is a 404."""

    def __init__(self, map: Map, **kwargs: Any):
        super().__init__(map, **{"max": 2**31 - 1, **kwargs})


def make_app(
    service: Service, import_name: str, prefix: str = "", authenticate: access.Authenticate | None = None
) -> Flask:
    """A Flask app for ``service`` whose public paths begin with ``prefix`` ('' or '/checkin').

    The service's own templates win over the shared ones. ``authenticate``: see shared/web/access.py.
    """
    log.configure()
    app = Flask(import_name, static_url_path=f"{prefix}/static")
    _configure(app, service)
    app.request_class = HouseRequest
    app.url_map.converters["int"] = Id
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    assert app.jinja_loader is not None
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(SHARED / "templates")])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _requests(app)
    csrf.init_app(app)
    access.install(app, authenticate)
    errors.install(app)
    i18n.install(app)
    limits.install(app, service.name)
    app.register_blueprint(health.blueprint(service, prefix))
    app.register_blueprint(operations.blueprint(service, prefix))
    app.register_blueprint(
        Blueprint("assets", __name__, static_folder=SHARED / "static", static_url_path=f"{prefix}/assets")
    )
    return app


def add_api_blueprint(api: Api, blueprint: Any) -> None:
    """Register a flask-smorest blueprint. It needs no CSRF token, because it never reads cookies."""
    csrf.exempt(blueprint)
    api.register_blueprint(blueprint)


def _configure(app: Flask, service: Service) -> None:
    secure = settings.is_https()
    app.config.update(
        SECRET_KEY=settings.required("HADIR_SECRET_KEY"),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        SESSION_COOKIE_NAME=f"{'__Host-' if secure else ''}hadir-{service.name}",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        JSON_SORT_KEYS=False,
    )


def _requests(app: Flask) -> None:
    @app.before_request
    def name_request() -> None:
        g.request_id = uuid.uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        headers["X-Request-Id"] = g.get("request_id", "")
        if not (request.endpoint or "").endswith("static"):
            headers.setdefault("Cache-Control", "no-store")
        return response
