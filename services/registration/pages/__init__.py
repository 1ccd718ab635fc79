"""HTML pages, by reader: the public, participants, people who sign in, organisers."""

from flask import Flask

from services.registration.pages import console, event, lost_ticket, own, sign_in, ticket


def register(app: Flask) -> None:
    """Add all pages of registration to ``app``."""
    for module in (event, lost_ticket, ticket, own, sign_in):
        app.register_blueprint(module.blueprint)
    console.register(app)
