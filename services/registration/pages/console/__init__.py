"""The console: for organisers everything, for coordinators their own partner's people."""

from importlib import import_module

from flask import Flask

MODULES = (
    "accounts",
    "agenda",
    "audits",
    "downloads",
    "editing",
    "groups",
    "imports",
    "index",
    "letters",
    "overview",
    "participants",
    "partner_people",
    "partners",
    "questions",
)


def register(app: Flask) -> None:
    """Give ``app`` the console's pages."""
    for name in MODULES:
        app.register_blueprint(import_module(f"{__name__}.{name}").blueprint)
