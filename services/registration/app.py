"""The web application of registration."""

from flask import Flask

from services.registration.service import service
from shared.web.app import make_app

PREFIX = ""


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    return make_app(service, __name__, PREFIX)
