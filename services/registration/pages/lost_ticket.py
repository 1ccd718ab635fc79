"""Sending a lost ticket again, without revealing whether an address is registered."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from services.registration.access import public_event
from services.registration.mail.requests import send_ticket_again
from services.registration.models import db
from services.registration.schemas.participants import LostTicketForm
from shared.web.access import PUBLIC, who
from shared.web.forms import FormErrors, load, redisplay, saved
from shared.web.limits import limiter

blueprint = Blueprint("lost_ticket", __name__, url_prefix="/e/<slug>")


@blueprint.get("/lost")
@who(PUBLIC)
def form(slug: str, refused: FormErrors | None = None) -> str:
    """Ask for the address."""
    with db.transaction() as session:
        return render_template(
            "public/lost.html",
            event=public_event(session, slug),
            typed=refused.typed if refused else {},
            errors=refused.errors if refused else {},
            field_labels={"email": _("Alamat e-mail")},
        )


@blueprint.post("/lost")
@who(PUBLIC)
@limiter.limit("3 per 10 minutes", key_func=lambda: f"lost:{request.form.get('email', '').strip().lower()[:254]}")
@limiter.limit("300 per hour", key_func=get_remote_address)
@redisplay(form)
def send(slug: str) -> Any:
    """Send the ticket again if there is one. The answer is the same if there is none."""
    given = load(LostTicketForm(), request.form)
    with db.transaction() as session:
        send_ticket_again(session, public_event(session, slug).id, given["email"])
    message = _("Bila alamat itu terdaftar, tiketnya sudah kami kirim lagi. Periksa juga folder spam.")
    return saved(message, "event.show", slug=slug)
