"""The web application of registration."""

from flask import Flask

from services.registration import api, pages
from services.registration.localised import in_language, language_of
from services.registration.service import service
from shared.web.app import make_api, make_app

PREFIX = ""


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    app = make_app(service, __name__, PREFIX)
    app.jinja_env.globals.update(in_language=in_language, language_of=language_of)
    pages.register(app)
    api.register(make_api(app, PREFIX, "Hadir: registration"))
    return app
