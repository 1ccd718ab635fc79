"""The HTML pages of checkin."""

from flask import Flask

from services.checkin.pages import desk, devices, events, live, people, scanner


def register(app: Flask) -> None:
    """Add every page to ``app``."""
    for module in (events, live, people, devices, desk, scanner):
        app.register_blueprint(module.blueprint)
