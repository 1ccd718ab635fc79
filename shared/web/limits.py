"""Rate limits, counted in Redis across processes, and per process while Redis is down or hangs.

A whole campus signs up from behind one address, so limits are on what identifies a person (an account, a code, a
device) wherever there is such a thing, and generous on addresses.
"""

from collections.abc import Callable

from flask import Flask
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
    """A limit for ``limiter``: as many a minute as environment variable ``setting`` says, or ``default``."""
    return lambda: f"{int(settings.optional(setting) or default)} per minute"


def install(app: Flask, service: str) -> None:
    """Let views of ``app`` use ``@limiter.limit("10 per minute")``; nothing is limited by default."""
    app.config["RATELIMIT_STORAGE_URI"] = f"{SCHEME}{settings.broker_url()}"
    # The broker lets each service use its own keys only.
    app.config["RATELIMIT_KEY_PREFIX"] = f"hadir-limit-{service}"
    limiter.init_app(app)
