"""Writing to a selection of participants, the log of all mail, and sending again."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.registration import announcing, labels, mail_log, people
from services.registration.mailing import SEND_MAIL
from services.registration.models import Announcement, Event, db
from services.registration.pages.console.common import console_event
from services.registration.pages.console.participants import in_address, wanted
from services.registration.schemas_console import LetterForm
from shared import jobs
from shared.delivery.publish import wake_relay
from shared.mail.models import Mail
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load

blueprint = Blueprint("letters", __name__, url_prefix="/console/events/<int:event_id>/mails")


@blueprint.get("/")
@who(ORGANISER)
def log(event_id: int) -> str:
    """All mail to the event's people, the newest first, in pages."""
    state = request.args.get("state", "")
    with db.transaction() as session:
        event = console_event(session, event_id)
        shown = mail_log.page(session, event_id, state, request.args.get("after"))
        return render_template(
            "console/mails.html",
            event=event,
            mails=shown.mails,
            next=shown.next,
            state=state,
            states=mail_log.STATES,
            place=log_place(),
            labels=labels,
        )


@blueprint.post("/<uuid:mail_id>/again")
@who(ORGANISER)
def again(event_id: int, mail_id: UUID) -> Any:
    """Send a mail again that was sent or failed."""
    with db.transaction() as session:
        console_event(session, event_id)
        if session.scalar(mail_log.of_event(event_id).where(Mail.id == mail_id)) is None:
            abort(404)
        done = jobs.retry(session, SEND_MAIL, mail_id)
        wake_relay(session)
    flash(_("Surat dikirim lagi.") if done else _("Surat ini masih dalam antrean."), "success")
    # Back to the same page of the same filter.
    return redirect(f"{url_for('letters.log', event_id=event_id)}?{urlencode(log_place())}", 303)


def log_place() -> dict[str, str]:
    """Where in the log this request is, for addresses that lead back there."""
    return {name: request.args[name] for name in ("state", "after") if request.args.get(name)}


@blueprint.get("/new")
@who(ORGANISER)
def write(event_id: int) -> str:
    """A letter to those whom the filter in the address selects."""
    with db.transaction() as session:
        return _page(session, console_event(session, event_id), {}, {}, preview=False)


@blueprint.post("/new")
@who(ORGANISER)
def send(event_id: int) -> Any:
    """First the preview, then (with ``confirmed``) the mails."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        try:
            given = load(LetterForm(), request.form)
        except FormErrors as error:
            return _page(session, event, error.typed, error.errors, preview=False), 422
        if not given["confirmed"]:
            return _page(session, event, given, {}, preview=True)
        letter = announcing.announce(session, event, people.matching(event_id, wanted()), given)
    return redirect(url_for("letters.progress", event_id=event_id, letter_id=letter.id), 303)


@blueprint.get("/letters/<uuid:letter_id>")
@who(ORGANISER)
def progress(event_id: int, letter_id: UUID) -> str:
    """How far a letter has come."""
    with db.transaction() as session:
        event = console_event(session, event_id)
        letter = session.get(Announcement, letter_id)
        if letter is None or letter.event_id != event_id:
            abort(404)
        counts = announcing.progress(session, letter)
        return render_template("console/letter.html", event=event, letter=letter, counts=counts, labels=labels)


def _page(session: Session, event: Event, typed: dict[str, Any], errors: dict[str, list[str]], preview: bool) -> str:
    found = announcing.recipients(people.matching(event.id, wanted()))
    return render_template(
        "console/letter-form.html",
        event=event,
        typed=typed,
        errors=errors,
        preview=preview,
        count=people.count(session, found),
        action=f"{url_for('letters.send', event_id=event.id)}?{urlencode(in_address(wanted()))}",
        field_labels={"subject": _("Perihal"), "body": _("Isi")},
    )
