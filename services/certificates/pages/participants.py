"""One participant's page for organisers: verdict, versions, mails; exception, revocation, sending again."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from services.certificates import access
from services.certificates.eligibility import decisions
from services.certificates.issuing import resending, revocation
from services.certificates.mail.requests import NotSendable
from services.certificates.models import db
from services.certificates.overview import participants
from services.certificates.schemas.console import POLICY, DecideForm, RevokeForm
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("participants", __name__, url_prefix="/certificates/console/events/<int:event_id>/people")


def participant_page(event_id: int, participant_id: UUID, refused: FormErrors | None = None) -> str:
    """The participant, with the errors of a refused form."""
    with db.transaction() as session:
        event = access.own_event(session, event_id)
        try:
            details = participants.details(session, event, participant_id)
        except LookupError:
            abort(404)
    return render_template(
        "certificates/participant.html",
        event=event,
        details=details,
        standing=details.standing,
        errors=refused.errors if refused else {},
        typed=refused.typed if refused else {},
    )


@blueprint.get("/<uuid:participant_id>")
@who(ORGANISER)
def show(event_id: int, participant_id: UUID) -> str:
    """The participant, the verdict about them, their certificates and mails."""
    return participant_page(event_id, participant_id)


@blueprint.post("/<uuid:participant_id>/decision")
@who(ORGANISER)
@redisplay(participant_page)
def decide(event_id: int, participant_id: UUID) -> Response:
    """An exception from the policy, with its reason; or back to the policy."""
    form = load(DecideForm(), request.form)
    kind = None if form["kind"] == POLICY else form["kind"]
    with db.transaction() as session:
        access.own_event(session, event_id)
        try:
            decisions.decide(session, event_id, participant_id, kind, form["reason"], access.caller())
        except LookupError:
            abort(404)
    return _saved(_("Keputusan disimpan."), event_id, participant_id)


@blueprint.post("/<uuid:participant_id>/revoke")
@who(ORGANISER)
@redisplay(participant_page)
def revoke(event_id: int, participant_id: UUID) -> Response:
    """Revoke the participant's valid certificate. The verification page shows the reason."""
    reason = load(RevokeForm(), request.form)["revocation_reason"]
    with db.transaction() as session:
        access.own_event(session, event_id)
        try:
            revocation.revoke(session, event_id, participant_id, reason, access.caller())
        except LookupError:
            abort(404)
    return _saved(_("Sertifikat dicabut."), event_id, participant_id)


@blueprint.post("/<uuid:participant_id>/mail")
@who(ORGANISER)
def resend(event_id: int, participant_id: UUID) -> Response:
    """Send the certificate again, to the participant's present address."""
    try:
        with db.transaction() as session:
            access.own_event(session, event_id)
            resending.resend(session, event_id, participant_id, access.caller())
    except LookupError:
        abort(404)
    except NotSendable:
        flash(_("Tidak ada alamat e-mail untuk orang ini."), "error")
        address = url_for("participants.show", event_id=event_id, participant_id=participant_id)
        return redirect(address, 303)
    return _saved(_("Sertifikat dikirim ulang."), event_id, participant_id)


def _saved(message: str, event_id: int, participant_id: UUID) -> Response:
    return saved(message, "participants.show", event_id=event_id, participant_id=participant_id)
