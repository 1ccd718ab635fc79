"""The web application of checkin."""

from flask import Flask

from services.checkin.service import service
from shared.web.app import make_app

PREFIX = "/checkin"


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    return make_app(service, __name__, PREFIX)
