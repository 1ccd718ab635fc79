"""The console: everything for organisers, and for coordinators their own partner's participants."""

from flask import Flask

from services.registration.pages.console import (
    accounts,
    agenda,
    announcements,
    audit_log,
    downloads,
    events,
    groups,
    imports,
    index,
    mail_log,
    overview,
    participants,
    partner_participants,
    partners,
    questions,
)


def register(app: Flask) -> None:
    """Add the console's pages to ``app``."""
    for module in (
        accounts,
        agenda,
        announcements,
        audit_log,
        downloads,
        events,
        groups,
        imports,
        index,
        mail_log,
        overview,
        participants,
        partner_participants,
        partners,
        questions,
    ):
        app.register_blueprint(module.blueprint)
