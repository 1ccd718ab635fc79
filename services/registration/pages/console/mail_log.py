"""The log of all mail to an event's participants, and sending again."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from services.registration import words
from services.registration.access import console_event
from services.registration.models import db
from services.registration.reports import mail_log
from shared.web.access import ORGANISER, who

blueprint = Blueprint("mail_log", __name__, url_prefix="/console/events/<int:event_id>/mails")


@blueprint.get("/")
@who(ORGANISER)
def index(event_id: int) -> str:
    """All mail to the event's participants, the newest first, in pages."""
    state = request.args.get("state", "")
    with db.transaction() as session:
        event = console_event(session, event_id)
        page = mail_log.page(session, event_id, state, request.args.get("after"))
        return render_template(
            "console/mails.html",
            event=event,
            mails=page.rows,
            next=page.next,
            state=state,
            states=mail_log.STATES,
            place=_place(),
            words=words,
        )


@blueprint.post("/<uuid:mail_id>/again")
@who(ORGANISER)
def again(event_id: int, mail_id: UUID) -> Any:
    """Send a mail again that was sent or has failed."""
    with db.transaction() as session:
        console_event(session, event_id)
        if mail_log.find(session, event_id, mail_id) is None:
            abort(404)
        done = mail_log.send_again(session, mail_id)
    flash(_("E-mail dikirim lagi.") if done else _("E-mail ini masih dalam antrean."), "success")
    # Back to the same page of the same filter.
    return redirect(f"{url_for('mail_log.index', event_id=event_id)}?{urlencode(_place())}", 303)


def _place() -> dict[str, str]:
    """The filter and page of this request, for addresses that lead back there."""
    return {name: request.args[name] for name in ("state", "after") if request.args.get(name)}
