"""A lost ticket is sent again, without telling whether an address is registered."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from services.registration import events, mailing
from services.registration.models import db
from services.registration.schemas import LostTicket
from shared.web.access import PUBLIC, who
from shared.web.forms import FormErrors, load
from shared.web.limits import limiter

blueprint = Blueprint("lost", __name__, url_prefix="/e/<slug>")


@blueprint.get("/lost")
@who(PUBLIC)
def form(slug: str) -> str:
    """Ask for the address."""
    return _page(slug, {}, {})


@blueprint.post("/lost")
@who(PUBLIC)
@limiter.limit("3 per 10 minutes", key_func=lambda: f"lost:{request.form.get('email', '').strip().lower()[:254]}")
@limiter.limit("300 per hour", key_func=get_remote_address)
def send(slug: str) -> Any:
    """Send the ticket again if there is one. The answer is the same if there is none."""
    try:
        given = load(LostTicket(), request.form)
    except FormErrors as error:
        return _page(slug, error.typed, error.errors), 422
    with db.transaction() as session:
        event = events.public_event(session, slug)
        if event is None:
            abort(404)
        mailing.send_ticket_again(session, event.id, given["email"])
    flash(_("Bila alamat itu terdaftar, tiketnya sudah kami kirim lagi. Periksa juga folder spam."), "success")
    return redirect(url_for("event.show", slug=slug), 303)


def _page(slug: str, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    with db.transaction() as session:
        event = events.public_event(session, slug)
        if event is None:
            abort(404)
        return render_template(
            "public/lost.html", event=event, typed=typed, errors=errors, labels={"email": _("Alamat e-mail")}
        )
