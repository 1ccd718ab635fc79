"""JSON endpoints: load a schema, call one function, dump."""

from flask_smorest import Api

from services.registration.api import events, own, registrations
from shared.web.app import add_api_blueprint


def register(api: Api) -> None:
    """Give ``api`` all endpoints of registration."""
    for blueprint in (events.blueprint, registrations.blueprint, own.blueprint):
        add_api_blueprint(api, blueprint)
