"""HTML pages, by reader: the public, participants, people who sign in, organisers."""

from flask import Flask

from services.registration.pages import console, event, signin, ticket


def register(app: Flask) -> None:
    """Give ``app`` all pages of registration."""
    for blueprint in (event.blueprint, ticket.blueprint, signin.blueprint):
        app.register_blueprint(blueprint)
    console.register(app)
