"""The scanner: a page without personal data, its service worker, and its files."""

import hashlib
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from services.checkin.pages._scanner_files import file_names, served, set_version
from services.checkin.words import names, scanner, verdicts
from shared.i18n import LOCALES, current_locale
from shared.tickets import LONGEST_QR_TEXT
from shared.web.access import PUBLIC, who

blueprint = Blueprint("scanner", __name__, url_prefix="/checkin")

# WebAssembly needs a keyword of its own, on this page only. The policy of a Worker is that of its own script.
_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SHARED = ("/checkin/assets/hadir.css", "/checkin/assets/icon.svg", "/checkin/static/checkin.css")


@blueprint.get("/scan")
@who(PUBLIC)
def shell() -> Any:
    """The page itself: the same for everybody, so that it can be kept on the device."""
    return _guarded(Response(_shell(current_locale())))


@blueprint.get("/scan/<path:name>")
@who(PUBLIC)
def file(name: str) -> Any:
    """One of the page's files, compressed beforehand."""
    found = served(name)
    if found is None:
        abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    response = Response(found.packed if packed else found.body, mimetype=found.mimetype, headers=headers)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(found.etag)
    response.make_conditional(request)
    return _guarded(response)


@blueprint.get("/sw.js")
@who(PUBLIC)
def service_worker() -> Any:
    """The service worker, with the names and the version of the set that it keeps."""
    shells = [f"/checkin/scan?lang={code}" for code in LOCALES]
    files = [f"/checkin/scan/{name}" for name in file_names() if served(name)]
    words = hashlib.sha256("".join(_shell(code) for code in LOCALES).encode()).hexdigest()[:8]
    body = render_template(
        "checkin/sw.js",
        version=f"{set_version()}-{words}",
        shells=shells,
        files=[*files, *_SHARED, "/checkin/scan.webmanifest"],
    )
    return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@blueprint.get("/scan.webmanifest")
@who(PUBLIC)
def manifest() -> Any:
    """What makes the page installable."""
    icon = {"src": "/checkin/assets/icon.svg", "type": "image/svg+xml", "sizes": "any", "purpose": "any"}
    response = jsonify(
        name=_("Hadir: pintu masuk"),
        short_name="Hadir",
        id="/checkin/scan",
        start_url="/checkin/scan",
        scope="/checkin/scan",
        display="standalone",
        background_color="#141816",
        theme_color="#1f5f4b",
        icons=[icon],
    )
    response.mimetype = "application/manifest+json"
    return response


def _shell(code: str) -> str:
    with force_locale(code):
        texts = {"verdicts": verdicts.texts(), "roles": names.roles(), "page": scanner.texts()}
        return render_template("checkin/scanner.html", texts=texts, code=code, longest=LONGEST_QR_TEXT)


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    return response
