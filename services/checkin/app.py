"""The web application of checkin."""

from flask import Flask

from services.checkin import callers
from services.checkin.api import roster, scans
from services.checkin.pages import attendance, console, door, scanner
from services.checkin.service import service
from shared.web.app import add_api_blueprint, make_api, make_app

PREFIX = "/checkin"


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    app = make_app(service, __name__, PREFIX, authenticate=callers.authenticate)
    api = make_api(app, PREFIX, "Hadir Check-in")
    for endpoints in (scans, roster):
        add_api_blueprint(api, endpoints.blueprint)
    for pages in (console, attendance, door, scanner):
        app.register_blueprint(pages.blueprint)
    return app
