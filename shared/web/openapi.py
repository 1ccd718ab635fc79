"""flask-smorest, configured: errors are problems (RFC 9457), and the docs page loads no third-party script."""

from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template
from flask_smorest import Api
from marshmallow import Schema, fields

from shared.web.access import PUBLIC, who

PROBLEM_TYPE = "application/problem+json"
_METHODS = ("get", "post", "put", "patch", "delete")


class Problem(Schema):
    """An application/problem+json answer."""

    type = fields.String()
    title = fields.String(metadata={"description": "What is wrong, in the caller's language"})
    status = fields.Integer(metadata={"description": "The HTTP status"})
    detail = fields.String()
    errors = fields.Dict(metadata={"description": "Messages by field name"})
    request_id = fields.String()


def problem_response(blueprint: Any, status: int, description: str) -> Any:
    """Decorator: the operation may answer with a problem of this status, and why."""
    return blueprint.alt_response(status, schema=Problem, content_type=PROBLEM_TYPE, description=description)


class HouseApi(Api):
    """One service's JSON API. ``shared.web.errors`` answers its errors, as it does for pages."""

    ERROR_SCHEMA = Problem
    DEFAULT_RESPONSE_CONTENT_TYPE: str = "application/json"

    def _register_error_handlers(self) -> None:
        """Nothing: flask-smorest's own handler would answer for the whole app, in its own format."""

    def _register_responses(self) -> None:
        # Errors have their own content type; flask-smorest supports only one for all responses.
        usual = self.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = usual

    def _register_doc_blueprint(self) -> None:
        prefix = self.config["OPENAPI_URL_PREFIX"]
        self._app.register_blueprint(_docs(self, prefix))


def _docs(api: HouseApi, prefix: str) -> Blueprint:
    docs = Blueprint("api-docs", __name__, url_prefix=prefix)

    @docs.get("/v1/openapi.json")
    @who(PUBLIC)
    def openapi_json() -> Response:
        return current_app.response_class(json.dumps(api.spec.to_dict(), indent=2), mimetype="application/json")

    @docs.get("/docs")
    @who(PUBLIC)
    def page() -> str:
        spec = api.spec.to_dict()
        return render_template("api-docs.html", spec=spec, operations=_operations(spec))

    return docs


def _operations(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"method": method.upper(), "path": path, **operation}
        for path, item in spec.get("paths", {}).items()
        for method, operation in item.items()
        if method in _METHODS
    ]


def make_api(app: Flask, prefix: str, title: str) -> Api:
    """The service's JSON API with OpenAPI 3.1 at ``<prefix>/api/v1/openapi.json`` and a page at ``/api/docs``."""
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=f"{prefix}/api",
    )
    return HouseApi(app)
