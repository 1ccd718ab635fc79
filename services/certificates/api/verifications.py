"""The public JSON API: is a certificate genuine?"""

from typing import Any

from flask_smorest import Blueprint

from services.certificates.models import db
from services.certificates.schemas.verification import CredentialSchema, VerificationResponse
from services.certificates.verification.findings import Finding, check_credential, look_up
from shared.web.access import PUBLIC, who
from shared.web.limits import limiter

blueprint: Any = Blueprint(
    "verifications", __name__, url_prefix="/certificates/api/v1/verifications", description="Is it genuine?"
)


@blueprint.get("/<code>")
@blueprint.response(200, VerificationResponse)
@limiter.limit("120 per minute")
@who(PUBLIC)
def verification(code: str) -> Any:
    """The standing of a code. An unknown one answers 200 with status "unknown"."""
    with db.transaction() as session:
        return _response(look_up(session, code))


@blueprint.post("")
@blueprint.arguments(CredentialSchema)
@blueprint.response(200, VerificationResponse)
@limiter.limit("60 per minute")
@who(PUBLIC)
def verification_of_credential(credential: dict[str, Any]) -> Any:
    """The standing of a credential (the file attached to a PDF): altered, or as for its code."""
    with db.transaction() as session:
        return _response(check_credential(session, credential["credential"]))


def _response(finding: Finding) -> dict[str, Any]:
    return {
        "status": finding.status,
        "status_at": finding.status_at,
        "reason": finding.reason,
        "replaced_by": finding.replaced_by,
        "withheld": finding.withheld,
        "certificate": finding.data,
    }
