"""The web application of certificates."""

from flask import Flask

from services.certificates.service import service
from shared.web.app import make_app

PREFIX = "/certificates"


def create_app() -> Flask:
    """The WSGI application; its settings come from the environment."""
    return make_app(service, __name__, PREFIX)
