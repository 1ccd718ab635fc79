"""Configuration from the environment. A missing variable raises an error that names it."""

import os


class MissingSetting(RuntimeError):
    """A required environment variable is not set."""


def required(name: str) -> str:
    """The value of environment variable ``name``. Raises MissingSetting, naming it."""
    value = os.environ.get(name)
    if not value:
        raise MissingSetting(f"environment variable {name} is not set")
    return value


def optional(name: str, default: str = "") -> str:
    """The value of environment variable ``name``, or ``default``."""
    return os.environ.get(name) or default


def public_url(path: str = "") -> str:
    """The address people use, with ``path`` (which begins with a slash) appended."""
    return required("HADIR_PUBLIC_URL").rstrip("/") + path


def is_https() -> bool:
    """Whether people reach the system over https (decides cookie names and flags)."""
    return public_url().startswith("https://")


def broker_url() -> str:
    """Address of the Redis-protocol server that carries the queues."""
    return required("HADIR_BROKER_URL")


def database_url(service: str) -> str:
    """SQLAlchemy address of the service's own database, e.g. from CHECKIN_DATABASE_URL."""
    return required(f"{service.upper()}_DATABASE_URL")
