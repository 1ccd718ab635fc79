"""The public pages under /v: is this certificate genuine?"""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from services.certificates import images, rendering
from services.certificates.models import VALID, db
from services.certificates.verification import UNKNOWN, look_up
from shared.web.access import PUBLIC, who
from shared.web.limits import limiter

verify = Blueprint("verify", __name__, url_prefix="/v")

# On an address, behind which a whole campus may sit; a code of 80 bits is not found by trying anyway.
LIMIT = "120 per minute"


@verify.get("/")
@limiter.limit(LIMIT)
@who(PUBLIC)
def form() -> Any:
    """A place to type the code of a printed certificate."""
    typed = request.args.get("kode", "").strip()
    if not typed:
        return render_template("certificates/verify_form.html")
    return redirect(url_for("verify.show", code=typed[:100]))


@verify.get("/<code>")
@limiter.limit(LIMIT)
@who(PUBLIC)
def show(code: str) -> Any:
    """The standing of one certificate, with everything that is printed on it."""
    with db.transaction() as session:
        finding = look_up(session, code)
    status = 404 if finding.status == UNKNOWN else 200
    return render_template("certificates/verify.html", finding=finding, typed=code), status


@verify.get("/<code>/sertifikat.pdf")
@limiter.limit(LIMIT)
@who(PUBLIC)
def pdf(code: str) -> Response:
    """The document itself: it says no more than the page does. Not for one that is revoked, replaced or withheld."""
    with db.transaction() as session:
        finding = look_up(session, code)
        certificate = finding.certificate
        if certificate is None or finding.status != VALID or finding.withheld:
            abort(404)
        pictures = images.of(session, certificate.data)
    content = rendering.pdf(certificate.data, certificate.kid, certificate.signature, pictures)
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=rendering.filename(certificate.number))
    return response
