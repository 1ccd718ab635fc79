"""HTML pages, by reader: the public, participants, people who sign in, organisers."""

from flask import Flask

from services.registration.pages import console, event, lost, own, signin, ticket


def register(app: Flask) -> None:
    """Give ``app`` all pages of registration."""
    for blueprint in (event.blueprint, lost.blueprint, ticket.blueprint, own.blueprint, signin.blueprint):
        app.register_blueprint(blueprint)
    console.register(app)
