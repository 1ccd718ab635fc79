"""The JSON API of certificates."""

from typing import Any

from services.certificates.api import issuing, verifications
from shared.web.app import add_api_blueprint


def register(api: Any) -> None:
    """Add every resource to ``api``."""
    for module in (verifications, issuing):
        add_api_blueprint(api, module.blueprint)
