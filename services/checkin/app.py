"""The web application of checkin."""

from flask import Flask

from services.checkin import access, api, pages
from services.checkin.service import service
from shared.web.app import make_api, make_app

PREFIX = "/checkin"


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    app = make_app(service, __name__, PREFIX, authenticate=access.authenticate)
    api.register(make_api(app, PREFIX, "Hadir Check-in"))
    pages.register(app)
    return app
