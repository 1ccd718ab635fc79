"""The console: for organisers everything, for coordinators their own partner's people."""

from flask import Flask

from services.registration.pages.console import (
    accounts,
    agenda,
    editing,
    groups,
    imports,
    index,
    overview,
    participants,
    partner_people,
    partners,
)


def register(app: Flask) -> None:
    """Give ``app`` the console's pages."""
    for module in (index, overview, participants, partners, partner_people, imports, accounts, editing, agenda, groups):
        app.register_blueprint(module.blueprint)
