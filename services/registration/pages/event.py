"""The list of events, and an event's page with its form."""

import hashlib
import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE
from sqlalchemy.orm import Session

from services.registration.access import limit_sign_ups, public_event
from services.registration.enrolment import sign_up
from services.registration.events import lookup
from services.registration.models import Event, db
from services.registration.partners import invitations
from services.registration.schemas.answers import with_answers
from services.registration.schemas.participants import SignUpSchema
from services.registration.seats.pools import open_pool
from services.registration.tickets import links
from services.registration.words import locale_options, need_options
from services.registration.words.answers import Control, controls
from shared import clock
from shared.i18n import current_locale
from shared.web import idempotency
from shared.web.access import PUBLIC, who
from shared.web.forms import FormErrors, load, redisplay, typed_values

blueprint = Blueprint("event", __name__)

# A hidden random value: the same form sent twice is one registration.
FORM_TOKEN = "form_token"


@blueprint.get("/")
@who(PUBLIC)
def index() -> str:
    """Events to come, and the last ones."""
    with db.transaction() as session:
        now = clock.now()
        return render_template("public/index.html", coming=lookup.coming(session, now), past=lookup.past(session, now))


@blueprint.get("/e/<slug>")
@who(PUBLIC)
def show(slug: str, refused: FormErrors | None = None) -> str:
    """An event with its form."""
    with db.transaction() as session:
        event = public_event(session, slug)
        typed = refused.typed if refused else {"locale": current_locale(), "invite": request.args.get("invite", "")}
        invite = str(typed.get("invite") or "")
        partner = invitations.find(session, event, invite) if invite else None
        questions = controls(event.questions, current_locale())
        return render_template(
            "public/event.html",
            event=event,
            partner=partner,
            invite_is_bad=bool(invite) and partner is None,
            is_open=event.takes_signups(clock.now()),
            seats_free=open_pool(session, event.id).free + (partner.pool.free if partner else 0),
            consent=lookup.consent_text(session, event),
            typed=typed,
            errors=refused.errors if refused else {},
            field_labels=_field_labels(questions),
            questions=questions,
            needs=need_options(),
            locales=locale_options(),
            form_token=typed.get(FORM_TOKEN) or secrets.token_urlsafe(16),
            action=url_for("event.submit", slug=event.slug),
        )


@blueprint.post("/e/<slug>")
@limit_sign_ups
@who(PUBLIC)
@redisplay(show)
def submit(slug: str) -> Any:
    """Sign up, once for each form that was shown, and go to the ticket."""
    typed: dict[str, Any] = {}
    try:
        with db.transaction() as session:
            event = public_event(session, slug)
            # A question that was removed while the form was filled in is ignored.
            schema = with_answers(SignUpSchema, event.questions, unknown=EXCLUDE)
            typed = typed_values(schema, request.form)
            details = load(schema, request.form, ignore=[FORM_TOKEN])
            return redirect(_sign_up_once(session, event, details), 303)
    except FormErrors as error:
        raise FormErrors(error.errors, typed) from error
    except sign_up.AlreadyRegistered as error:
        # Why the page says so: docs/decisions/0007-a-registered-address-says-so.md
        with db.transaction() as session:
            sign_up.remind(session, public_event(session, slug), typed["email"])
        message = _("Alamat ini sudah terdaftar untuk acara ini. Tiketnya kami kirim lagi ke alamat itu.")
        raise FormErrors({"email": [message]}, typed) from error
    except invitations.InviteInvalid as error:
        message = _("Tautan undangan ini tidak berlaku lagi. Minta tautan baru kepada organisasi Anda.")
        raise FormErrors({"invite": [message]}, typed) from error
    except sign_up.SignUpClosed as error:
        raise FormErrors({}, typed) from error


def _sign_up_once(session: Session, event: Event, details: dict[str, Any]) -> str:
    """The path of the ticket; of the first one when this form was sent before with the same content."""
    # The content is part of the key: somebody who goes back and corrects it sends another form.
    key = f"{request.form.get(FORM_TOKEN, '')[:60]}:{_fingerprint(details)}"
    scope = f"form:{event.id}"
    earlier = idempotency.claim(session, scope, key, details)
    if earlier:
        return str(earlier.body["path"])
    person = sign_up.sign_up(session, event, details, "form", details["invite"])
    path = links.link_path(event, person)
    idempotency.store(session, scope, key, idempotency.Answer(303, {"path": path}), str(person.id))
    return path


def _fingerprint(details: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(details.items())).encode()).hexdigest()[:32]


def _field_labels(questions: list[Control]) -> dict[str, str]:
    return {
        "name": _("Nama lengkap"),
        "email": _("Alamat e-mail"),
        "organisation": _("Organisasi"),
        "locale": _("Bahasa e-mail dari kami"),
        **{one.name: one.label for one in questions},
        "needs": _("Kebutuhan akomodasi"),
        "needs_note": _("Penjelasan kebutuhan"),
        "needs_consent": _("Persetujuan menyimpan kebutuhan"),
        "consent": _("Persetujuan"),
        "invite": _("Undangan"),
    }
