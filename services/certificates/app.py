"""The web application of certificates."""

from flask import Flask

from services.certificates.api import certificates, verifications
from services.certificates.pages.console import console
from services.certificates.pages.keys import well_known
from services.certificates.pages.layout import layout
from services.certificates.pages.people import people
from services.certificates.pages.verify import verify
from services.certificates.service import service
from shared.web.app import add_api_blueprint, make_api, make_app

PREFIX = "/certificates"


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    app = make_app(service, __name__, PREFIX)
    app.register_blueprint(verify)
    app.register_blueprint(well_known)
    app.register_blueprint(console)
    app.register_blueprint(people)
    app.register_blueprint(layout)
    api = make_api(app, PREFIX, "Hadir: certificates")
    add_api_blueprint(api, verifications)
    add_api_blueprint(api, certificates)
    return app
