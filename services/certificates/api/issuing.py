"""The organisers' JSON API: an event's certificates and runs."""

from typing import Any

from flask import abort, make_response, request
from flask_smorest import Blueprint

from services.certificates.access import caller, check_event
from services.certificates.issuing import runs
from services.certificates.models import db
from services.certificates.overview import events, participants
from services.certificates.schemas.issuing import CertificatePageResponse, CertificatesQuery, RunResponse, StartRunForm
from shared.web import idempotency
from shared.web.access import ORGANISER, who
from shared.web.errors import problem

blueprint: Any = Blueprint(
    "certificates", __name__, url_prefix="/certificates/api/v1/events", description="For organisers"
)


@blueprint.get("/<int:event_id>/certificates")
@blueprint.arguments(CertificatesQuery, location="query")
@blueprint.response(200, CertificatePageResponse)
@who(ORGANISER)
def certificates_of_event(query: dict[str, Any], event_id: int) -> Any:
    """The event's certificates, every version, in pages by key."""
    check_event(event_id)
    with db.transaction() as session:
        page = participants.certificates_page(session, event_id, query["after"], query["limit"])
    items = [
        {
            **{name: getattr(row, name) for name in ("id", "participant_id", "number", "version", "status")},
            "name": row.data["name"],
            "role": row.data["role"],
            "issued_at": row.issued_at,
            "verification_url": row.data["url"],
            "mail": page.mails[row.id].state if row.id in page.mails else None,
        }
        for row in page.rows
    ]
    return {"items": items, "next": page.next}


@blueprint.get("/<int:event_id>/runs")
@blueprint.response(200, RunResponse(many=True))
@who(ORGANISER)
def runs_of_event(event_id: int) -> Any:
    """The event's latest issuing runs, the newest first."""
    check_event(event_id)
    with db.transaction() as session:
        return events.runs(session, event_id)


@blueprint.post("/<int:event_id>/runs")
@blueprint.arguments(StartRunForm)
@blueprint.response(202, RunResponse)
@who(ORGANISER)
def start_run(form: dict[str, Any], event_id: int) -> Any:
    """Issue now to everybody who is due. While a run is unfinished, the answer is that run."""
    check_event(event_id)
    key = request.headers.get("Idempotency-Key", "")[:200]
    scope = f"runs:{event_id}:{caller().id}"
    try:
        with db.transaction() as session:
            earlier = idempotency.claim(session, scope, key, form) if key else None
            if earlier:
                return make_response(earlier.body, earlier.status)
            body = RunResponse().dump(runs.start_run(session, event_id, caller()))
            if key:
                idempotency.store(session, scope, key, idempotency.Answer(202, body))
            return make_response(body, 202)
    except LookupError:
        abort(404)
    except runs.NotYet:
        return problem(409, "The event is not over yet")
    except idempotency.KeyReused:
        return problem(422, "This Idempotency-Key came before with another content")
