"""The participant's own page, opened by a signed link."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.registration import words
from services.registration.access import keep_private, link_holder
from services.registration.enrolment.cancelling import cancel as cancel_registration
from services.registration.models import db
from services.registration.models.participants import CANCELLED, CONFIRMED
from services.registration.tickets import codes
from shared import qr
from shared.i18n import current_locale, in_language
from shared.web.access import LINK_HOLDER, who

blueprint = Blueprint("ticket", __name__)
blueprint.after_request(keep_private)


@blueprint.get("/t/<token>")
@who(LINK_HOLDER)
def show(token: str) -> Any:
    """The ticket."""
    with db.transaction() as session:
        person = link_holder(session, token)
        event = person.event
        has_seat = person.status == CONFIRMED
        return make_response(
            render_template(
                "public/ticket.html",
                token=token,
                person=person,
                event=event,
                title=in_language(event, "title", current_locale()),
                code=codes.spoken(person.code),
                qr=qr.svg(codes.qr_text(event, person), qr.TICKET_VERSION) if has_seat else None,
                role=words.role(person.role),
                status=words.status(person.status),
                is_cancelled=person.status == CANCELLED,
                group=words.group(person.group_number, event.topics),
            )
        )


@blueprint.post("/t/<token>/cancel")
@who(LINK_HOLDER)
def cancel(token: str) -> Any:
    """Cancel the registration, when the box is ticked."""
    with db.transaction() as session:
        person = link_holder(session, token)
        if request.form.get("confirm") != "true":
            flash(_("Centang kotaknya dahulu untuk membatalkan pendaftaran."), "error")
            return redirect(url_for("ticket.show", token=token), 303)
        cancel_registration(session, person.event, person.id, by_holder=True)
    return redirect(url_for("ticket.show", token=token), 303)
