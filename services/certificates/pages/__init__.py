"""The pages of certificates: the public verification pages and the organisers' console."""

from flask import Flask

from services.certificates import words
from services.certificates.pages import events, layout, participants, verify, well_known


def register(app: Flask) -> None:
    """Add every page to ``app``."""
    app.jinja_env.globals["words"] = words
    for module in (verify, well_known, events, participants, layout):
        app.register_blueprint(module.blueprint)
