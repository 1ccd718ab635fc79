"""The web application of registration."""

from flask import Flask

from services.registration import api, pages
from services.registration.service import service
from shared.web.app import make_api, make_app

PREFIX = ""


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    app = make_app(service, __name__, PREFIX)
    pages.register(app)
    api.register(make_api(app, PREFIX, "Hadir: registration"))
    return app
