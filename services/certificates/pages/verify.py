"""The public pages under /v: is this certificate genuine?"""

import io
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for

from services.certificates.models import db
from services.certificates.pages._request import query_text, uploaded
from services.certificates.rendering import document, images
from services.certificates.verification import badges
from services.certificates.verification.findings import (
    UNKNOWN,
    check_credential,
    check_file,
    downloadable,
    look_up,
)
from shared import keys
from shared.web.access import PUBLIC, who
from shared.web.limits import limiter, takes_up_to

blueprint = Blueprint("verify", __name__, url_prefix="/v")

# For one address, which a whole campus may share. A code of 80 bits cannot be guessed anyway.
LIMIT = "120 per minute"
# Our own documents with five large logos have about 2 MB.
LARGEST_UPLOAD = 3 * 1024 * 1024


@blueprint.get("/")
@limiter.limit(LIMIT)
@who(PUBLIC)
def form() -> Any:
    """A form for the code of a printed certificate, or for a file."""
    typed = query_text("code", 100)
    if not typed:
        return render_template("certificates/verify_form.html", nothing=False)
    return redirect(url_for("verify.show", code=typed))


@blueprint.post("/")
@limiter.limit("30 per minute")
@who(PUBLIC)
@takes_up_to(LARGEST_UPLOAD)
def check() -> Any:
    """The standing of an uploaded PDF or a pasted credential."""
    content = uploaded("file")
    pasted = request.form.get("credential", "").strip()
    if not content and not pasted:
        return render_template("certificates/verify_form.html", nothing=True), 422
    with db.transaction() as session:
        finding = check_file(session, content) if content else check_credential(session, pasted)
        return render_template("certificates/verify.html", finding=finding)


@blueprint.get("/<code>")
@limiter.limit(LIMIT)
@who(PUBLIC)
def show(code: str) -> Any:
    """The standing of one certificate, with everything that is printed on it."""
    with db.transaction() as session:
        finding = look_up(session, code)
    status = 404 if finding.status == UNKNOWN else 200
    return render_template("certificates/verify.html", finding=finding), status


@blueprint.get("/<code>/lencana.jwt")
@limiter.limit(LIMIT)
@who(PUBLIC)
def badge(code: str) -> Response:
    """The certificate as an Open Badge 3.0, under the same conditions as the document."""
    try:
        with db.transaction() as session:
            certificate = downloadable(session, code)
    except LookupError:
        abort(404)
    signing = keys.signing_key("HADIR_CERTIFICATE_PRIVATE_KEY")
    token = badges.badge(certificate.data, certificate.status_index, signing)
    return _file(token.encode(), "application/vc+jwt", f"lencana-{certificate.code}.jwt", as_attachment=True)


@blueprint.get("/<code>/sertifikat.pdf")
@limiter.limit(LIMIT)
@who(PUBLIC)
def pdf(code: str) -> Response:
    """The document; it shows nothing that the page does not. Not for a revoked, replaced or withheld certificate."""
    try:
        with db.transaction() as session:
            certificate = downloadable(session, code)
            pictures = images.of(session, certificate.data)
    except LookupError:
        abort(404)
    content = document.pdf(certificate.data, certificate.kid, certificate.signature, pictures)
    return _file(content, "application/pdf", document.filename(certificate.number))


def _file(content: bytes, mimetype: str, name: str, as_attachment: bool = False) -> Response:
    response = send_file(io.BytesIO(content), mimetype, as_attachment=as_attachment, download_name=name)
    # A certificate may be revoked at any time.
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.after_request
def keep_out_of_search_engines(response: Response) -> Response:
    """Anybody with the code may see a certificate, but nobody finds it by searching for a name."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
