"""One person's page for organisers: verdict, versions, mails; exception, revocation, sending again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.certificates import deciding, overview, posting
from services.certificates.due import standings
from services.certificates.eligibility import sentence
from services.certificates.models import Certificate, db
from services.certificates.pages.common import own_event
from services.certificates.schemas import DecisionForm, ReasonForm
from shared.web import forms
from shared.web.access import ORGANISER, who

people = Blueprint("people", __name__, url_prefix="/certificates/console/events/<int:event_id>/people")


@people.get("/<uuid:participant_id>")
@who(ORGANISER)
def person(event_id: int, participant_id: UUID) -> Any:
    """The person, their verdict, their certificates and mails."""
    return _page(event_id, participant_id)


@people.post("/<uuid:participant_id>/decision")
@who(ORGANISER)
def decide(event_id: int, participant_id: UUID) -> Any:
    """An exception from the policy, with its reason; or back to the policy."""
    try:
        form = forms.load(DecisionForm(), request.form)
    except forms.FormErrors as error:
        return _page(event_id, participant_id, error), 422
    kind = None if form["kind"] == "policy" else form["kind"]
    with db.transaction() as session:
        own_event(session, event_id)
        try:
            deciding.decide(session, event_id, participant_id, kind, form["reason"], g.principal.name)
        except LookupError:
            abort(404)
    flash(_("Keputusan disimpan."), "success")
    return _back(event_id, participant_id)


@people.post("/<uuid:participant_id>/revoke")
@who(ORGANISER)
def revoke(event_id: int, participant_id: UUID) -> Any:
    """Revoke the person's valid certificate, with the reason that the public page shows."""
    try:
        form = forms.load(ReasonForm(), request.form)
    except forms.FormErrors as error:
        return _page(event_id, participant_id, error), 422
    with db.transaction() as session:
        certificate = _live(session, event_id, participant_id)
        deciding.revoke(session, certificate.id, form["revocation_reason"], g.principal.name)
    flash(_("Sertifikat dicabut."), "success")
    return _back(event_id, participant_id)


@people.post("/<uuid:participant_id>/mail")
@who(ORGANISER)
def resend(event_id: int, participant_id: UUID) -> Any:
    """Send the certificate again, to the present address."""
    with db.transaction() as session:
        certificate = _live(session, event_id, participant_id)
        try:
            posting.send_again(session, certificate.id)
            flash(_("Sertifikat dikirim ulang."), "success")
        except posting.NotSendable:
            flash(_("Tidak ada alamat e-mail untuk orang ini."), "error")
    return _back(event_id, participant_id)


def _page(event_id: int, participant_id: UUID, wrong: forms.FormErrors | None = None) -> str:
    with db.transaction() as session:
        event = own_event(session, event_id)
        found = standings(session, event, [participant_id])
        if not found:
            abort(404)
        versions = session.scalars(
            select(Certificate).where(Certificate.participant_id == participant_id).order_by(Certificate.version.desc())
        ).all()
        mails = overview.mails_of(session, [row.id for row in versions])
    return render_template(
        "certificates/person.html",
        event=event,
        standing=found[0],
        versions=versions,
        mails=mails,
        sentence=sentence,
        errors=wrong.errors if wrong else {},
        typed=wrong.typed if wrong else {},
    )


def _live(session: Session, event_id: int, participant_id: UUID) -> Certificate:
    event = own_event(session, event_id)
    live = session.scalar(
        select(Certificate).where(
            Certificate.event_id == event.event_id,
            Certificate.participant_id == participant_id,
            Certificate.status == "valid",
        )
    )
    return live or abort(404)


def _back(event_id: int, participant_id: UUID) -> Response:
    return redirect(url_for("people.person", event_id=event_id, participant_id=participant_id))
