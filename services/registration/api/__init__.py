"""JSON endpoints: a view loads a schema, calls one use case and answers."""

from flask_smorest import Api

from services.registration.api import events, own, registrations
from shared.web.app import add_api_blueprint


def register(api: Api) -> None:
    """Add all endpoints of registration to ``api``."""
    for module in (events, registrations, own):
        add_api_blueprint(api, module.blueprint)
