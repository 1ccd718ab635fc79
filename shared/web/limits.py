"""Limits on what one may send: how often, and how much at once.

Rates are counted in Redis across processes, and per process while Redis is down or hangs.

A whole campus signs up from behind one address, so limits are on what identifies a person (an account, a code, a
device) where possible, and generous for network addresses.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from shared import settings
from shared.broker import NO_RETRY
from shared.web.limit_storage import SCHEME

limiter = Limiter(
    key_func=get_remote_address,
    # The annotation of Limiter allows whole seconds only; redis-py takes fractions.
    storage_options={"socket_timeout": 0.3, "socket_connect_timeout": 0.3, "retry": NO_RETRY},  # type: ignore[dict-item]
    headers_enabled=True,
    swallow_errors=False,
    strategy="moving-window",
)


def per_minute(setting: str, default: int) -> Callable[[], str]:
    """A limit for ``limiter``: as many per minute as environment variable ``setting`` says, or ``default``."""
    return lambda: f"{int(settings.optional(setting) or default)} per minute"


View = TypeVar("View", bound=Callable[..., object])


def takes_up_to(bytes_of_body: int) -> Callable[[View], View]:
    """Decorator: this view takes a body of up to so many bytes; every other takes what the app's settings say."""

    def decorate(view: View) -> View:
        view.largest_body = bytes_of_body  # type: ignore[attr-defined]
        return view

    return decorate


def install(app: Flask, service: str) -> None:
    """Let views of ``app`` use ``@limiter.limit("10 per minute")``; nothing is limited by default."""
    app.config["RATELIMIT_STORAGE_URI"] = f"{SCHEME}{settings.broker_url()}"
    # The broker lets each service use its own keys only.
    app.config["RATELIMIT_KEY_PREFIX"] = f"hadir-limit-{service}"
    limiter.init_app(app)

    # Before anything reads the body, as the look for a CSRF token does.
    app.before_request_funcs.setdefault(None, []).insert(0, _bound_body)


def _bound_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = getattr(view, "largest_body", current_app.config["MAX_CONTENT_LENGTH"])
