"""The JSON API: what anybody may ask about a certificate, and what organisers see and start."""

from typing import Any

from flask import abort, g, make_response, request
from flask_smorest import Blueprint
from sqlalchemy import select

from services.certificates import issuing, overview
from services.certificates.models import Certificate, Run, db
from services.certificates.schemas import (
    CertificatePage,
    CredentialQuestion,
    IssueQuestion,
    PageQuery,
    RunAnswer,
    VerificationAnswer,
)
from services.certificates.verification import Finding, check_credential, look_up
from shared.web import idempotency
from shared.web.access import ORGANISER, PUBLIC, must, who
from shared.web.errors import problem
from shared.web.limits import limiter

verifications: Any = Blueprint(
    "verifications", __name__, url_prefix="/certificates/api/v1/verifications", description="Is it genuine?"
)
certificates: Any = Blueprint(
    "certificates", __name__, url_prefix="/certificates/api/v1/events", description="For organisers"
)


@verifications.get("/<code>")
@verifications.response(200, VerificationAnswer)
@limiter.limit("120 per minute")
@who(PUBLIC)
def verification(code: str) -> Any:
    """The standing of a code. An unknown one answers 200 with status "unknown"."""
    with db.transaction() as session:
        return _answer(look_up(session, code))


@verifications.post("")
@verifications.arguments(CredentialQuestion)
@verifications.response(200, VerificationAnswer)
@limiter.limit("60 per minute")
@who(PUBLIC)
def verification_of_credential(question: dict[str, Any]) -> Any:
    """The standing of a whole credential (the file attached to a PDF): altered, or as for its code."""
    with db.transaction() as session:
        return _answer(check_credential(session, question["credential"]))


def _answer(finding: Finding) -> dict[str, Any]:
    return {
        "status": finding.status,
        "status_at": finding.status_at,
        "reason": finding.reason,
        "replaced_by": finding.replaced_by,
        "withheld": finding.withheld,
        "certificate": finding.data,
    }


@certificates.get("/<int:event_id>/certificates")
@certificates.arguments(PageQuery, location="query")
@certificates.response(200, CertificatePage)
@who(ORGANISER)
def certificates_of_event(query: dict[str, Any], event_id: int) -> Any:
    """The event's certificates, every version, in pages by key."""
    must(g.principal.may(ORGANISER, event_id))
    with db.transaction() as session:
        wanted = select(Certificate).where(Certificate.event_id == event_id).order_by(Certificate.id)
        if query["after"]:
            wanted = wanted.where(Certificate.id > query["after"])
        rows = session.scalars(wanted.limit(query["limit"] + 1)).all()
        page = rows[: query["limit"]]
        mails = overview.mails_of(session, [row.id for row in page])
    items = [
        {
            **{name: getattr(row, name) for name in ("id", "participant_id", "number", "version", "status")},
            "name": row.data["name"],
            "role": row.data["role"],
            "issued_at": row.issued_at,
            "verification_url": row.data["url"],
            "mail": mails[row.id].state if row.id in mails else None,
        }
        for row in page
    ]
    return {"items": items, "next": page[-1].id if len(rows) > len(page) else None}


@certificates.get("/<int:event_id>/runs")
@certificates.response(200, RunAnswer(many=True))
@who(ORGANISER)
def runs_of_event(event_id: int) -> Any:
    """The event's latest issuing runs, the newest first."""
    must(g.principal.may(ORGANISER, event_id))
    with db.transaction() as session:
        return overview.runs(session, event_id)


@certificates.post("/<int:event_id>/runs")
@certificates.arguments(IssueQuestion)
@certificates.response(202, RunAnswer)
@who(ORGANISER)
def start_run(question: dict[str, Any], event_id: int) -> Any:
    """Issue now to everybody who is due. While a run is under way, that one is the answer."""
    must(g.principal.may(ORGANISER, event_id))
    key = request.headers.get("Idempotency-Key", "")[:200]
    scope = f"runs:{event_id}:{g.principal.id}"
    try:
        with db.transaction() as session:
            earlier = idempotency.claim(session, scope, key, question) if key else None
            if earlier:
                return make_response(earlier.body, earlier.status)
            run = session.get_one(Run, issuing.issue_now(session, event_id, g.principal.name))
            body = RunAnswer().dump(run)
            if key:
                idempotency.store(session, scope, key, idempotency.Answer(202, body))
            return make_response(body, 202)
    except LookupError:
        abort(404)
    except issuing.NotYet:
        return problem(409, "The event is not over yet")
    except idempotency.KeyReused:
        return problem(422, "This Idempotency-Key came before with another content")
