"""The JSON API of checkin."""

from flask_smorest import Api

from services.checkin.api import devices, roster, scans
from shared.web.app import add_api_blueprint


def register(api: Api) -> None:
    """Add every endpoint to ``api``."""
    for module in (scans, devices, roster):
        add_api_blueprint(api, module.blueprint)
