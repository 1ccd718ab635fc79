"""The console: for organisers everything, for coordinators their own partner's people."""

from flask import Flask

from services.registration.pages.console import (
    accounts,
    agenda,
    audits,
    downloads,
    editing,
    groups,
    imports,
    index,
    letters,
    overview,
    participants,
    partner_people,
    partners,
)

MODULES = (
    accounts,
    agenda,
    audits,
    downloads,
    editing,
    groups,
    imports,
    index,
    letters,
    overview,
    participants,
    partner_people,
    partners,
)


def register(app: Flask) -> None:
    """Give ``app`` the console's pages."""
    for module in MODULES:
        app.register_blueprint(module.blueprint)
