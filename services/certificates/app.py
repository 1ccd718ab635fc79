"""The web application of certificates."""

from flask import Flask

from services.certificates import api, pages
from services.certificates.service import service
from shared.web.app import make_api, make_app

PREFIX = "/certificates"


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    app = make_app(service, __name__, PREFIX)
    pages.register(app)
    api.register(make_api(app, PREFIX, "Hadir: certificates"))
    return app
