"""The public pages under /v: is this certificate genuine?"""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from services.certificates import badges, images, rendering
from services.certificates.models import VALID, db
from services.certificates.pages.common import uploaded
from services.certificates.verification import UNKNOWN, check_credential, check_file, look_up
from shared import keys
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
        return render_template("certificates/verify_form.html", nothing=False)
    return redirect(url_for("verify.show", code=typed[:100]))


@verify.post("/")
@limiter.limit("30 per minute")
@who(PUBLIC)
def check() -> Any:
    """The standing of an uploaded PDF or a pasted credential."""
    content = uploaded("berkas")
    pasted = request.form.get("kredensial", "").strip()
    if not content and not pasted:
        return render_template("certificates/verify_form.html", nothing=True), 422
    with db.transaction() as session:
        finding = check_file(session, content) if content else check_credential(session, pasted)
        return render_template("certificates/verify.html", finding=finding, shown="file" if content else "credential")


@verify.get("/<code>")
@limiter.limit(LIMIT)
@who(PUBLIC)
def show(code: str) -> Any:
    """The standing of one certificate, with everything that is printed on it."""
    with db.transaction() as session:
        finding = look_up(session, code)
    status = 404 if finding.status == UNKNOWN else 200
    return render_template("certificates/verify.html", finding=finding, shown="code"), status


@verify.get("/<code>/lencana.jwt")
@limiter.limit(LIMIT)
@who(PUBLIC)
def badge(code: str) -> Response:
    """The same as an Open Badge 3.0, under the same conditions as the document."""
    with db.transaction() as session:
        finding = look_up(session, code)
    certificate = finding.certificate
    if certificate is None or finding.status != VALID or finding.withheld:
        abort(404)
    token = badges.jwt(certificate.data, certificate.status_index, keys.signing_key("HADIR_CERTIFICATE_PRIVATE_KEY"))
    response = Response(token, mimetype="application/vc+jwt")
    response.headers.set("Content-Disposition", "attachment", filename=f"lencana-{certificate.code}.jwt")
    return response


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


@verify.after_request
def keep_out_of_search_engines(response: Response) -> Response:
    """A certificate is shown to whoever has its code, and to nobody who searches for a name."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
