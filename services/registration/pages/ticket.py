"""The participant's own page, opened by a signed link."""

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.registration import cancelling, codes, labels, tickets
from services.registration.models import Participant, db
from services.registration.models.participants import CANCELLED, CONFIRMED
from shared import qr
from shared.i18n import in_language
from shared.web.access import LINK_HOLDER, who

blueprint = Blueprint("ticket", __name__)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """The address is the key: it must reach no search engine and no other site."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/t/<token>")
@who(LINK_HOLDER)
def show(token: str) -> Any:
    """The ticket."""
    with db.transaction() as session:
        person = holder(session, token)
        event = person.event
        has_seat = person.status == CONFIRMED
        return make_response(
            render_template(
                "public/ticket.html",
                token=token,
                person=person,
                event=event,
                title=in_language(event, "title", str(get_locale())),
                code=codes.spoken(person.code),
                qr=qr.svg(tickets.qr_text(event, person), qr.TICKET_VERSION) if has_seat else None,
                role=labels.role(person.role),
                status=labels.status(person.status),
                is_cancelled=person.status == CANCELLED,
                group=_group(person),
            )
        )


@blueprint.post("/t/<token>/cancel")
@who(LINK_HOLDER)
def cancel(token: str) -> Any:
    """Cancel the registration, when the box says so."""
    if request.form.get("confirm") != "true":
        flash(_("Centang kotaknya dahulu untuk membatalkan pendaftaran."), "error")
        return redirect(url_for("ticket.show", token=token), 303)
    with db.transaction() as session:
        person = holder(session, token)
        cancelling.cancel(session, person.event, person.id, by_holder=True)
    return redirect(url_for("ticket.show", token=token), 303)


def holder(session: Session, token: str) -> Participant:
    """The participant whose link this is, with the event; 404 for anything else."""
    person = tickets.holder(session, token)
    if person is None:
        abort(404)
    return person


def _group(person: Participant) -> str:
    """The breakout group with its topic, or nothing."""
    if person.group_number is None:
        return ""
    topics = person.event.topics
    known = person.group_number <= len(topics)
    return f"{person.group_number}: {topics[person.group_number - 1]}" if known else str(person.group_number)
