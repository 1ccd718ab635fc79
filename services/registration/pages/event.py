"""The list of events, and an event's page with its form."""

import hashlib
import secrets
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import EXCLUDE
from sqlalchemy.orm import Session

from services.registration import answers, events, signup, tickets
from services.registration.labels import locale_options, need_options
from services.registration.models import Event, db
from services.registration.pace import sign_ups
from services.registration.schemas import SignUp
from shared import clock
from shared.web import idempotency
from shared.web.access import PUBLIC, who
from shared.web.forms import FormErrors, load, typed_values

blueprint = Blueprint("event", __name__)

# A hidden random value: the same form sent twice is one registration.
FORM_TOKEN = "form_token"


@blueprint.get("/")
@who(PUBLIC)
def index() -> str:
    """Events that come, and the last ones."""
    with db.transaction() as session:
        now = clock.now()
        return render_template("public/index.html", coming=events.coming(session, now), past=events.past(session, now))


@blueprint.get("/e/<slug>")
@who(PUBLIC)
def show(slug: str) -> Any:
    """An event with its form."""
    with db.transaction() as session:
        event = _event(session, slug)
        return _page(session, event, {"locale": str(get_locale()), "invite": request.args.get("invite", "")}, {})


@blueprint.post("/e/<slug>")
@sign_ups
@who(PUBLIC)
def submit(slug: str) -> Any:
    """Sign up, once for each form that was shown, and go to the ticket."""
    typed: dict[str, Any] = {}
    try:
        with db.transaction() as session:
            event = _event(session, slug)
            # A question that was removed while somebody filled in the form is no fault of theirs.
            schema = answers.beside(SignUp, event.questions, unknown=EXCLUDE)
            typed = typed_values(schema, request.form)
            details = load(schema, request.form, ignore=[FORM_TOKEN])
            return redirect(_sign_up_once(session, event, details), 303)
    except FormErrors as error:
        errors = error.errors
    except signup.AlreadyRegistered:
        # Why this is said, and not hidden: docs/decisions/0007-a-known-address-is-told.md
        errors = {"email": [_("Alamat ini sudah terdaftar untuk acara ini. Tiketnya kami kirim lagi ke alamat itu.")]}
        with db.transaction() as session:
            signup.remind(session, _event(session, slug), typed["email"])
    except signup.InviteInvalid:
        errors = {"invite": [_("Tautan undangan ini tidak berlaku lagi. Minta tautan baru kepada organisasi Anda.")]}
    except signup.SignUpClosed:
        errors = {}
    with db.transaction() as session:
        return _page(session, _event(session, slug), typed, errors), 422


def _sign_up_once(session: Session, event: Event, details: dict[str, Any]) -> str:
    """The path of the ticket; of the first one when this form was sent before with the same content."""
    # The content belongs to the key: somebody who goes back and corrects it sends another form.
    key = f"{request.form.get(FORM_TOKEN, '')[:60]}:{_fingerprint(details)}"
    scope = f"form:{event.id}"
    earlier = idempotency.claim(session, scope, key, details)
    if earlier:
        return str(earlier.body["path"])
    person = signup.sign_up(session, event, details, "form", details["invite"])
    path = tickets.link_path(event, person)
    idempotency.store(session, scope, key, idempotency.Answer(303, {"path": path}), str(person.id))
    return path


def _fingerprint(details: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(details.items())).encode()).hexdigest()[:32]


def _event(session: Session, slug: str) -> Event:
    event = events.public_event(session, slug)
    if event is None:
        abort(404)
    return event


def _page(session: Session, event: Event, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    invite = str(typed.get("invite") or "")
    partner = signup.find_invite(session, event, invite) if invite else None
    questions = answers.controls(event.questions, str(get_locale()))
    return render_template(
        "public/event.html",
        event=event,
        partner=partner,
        invite_is_bad=bool(invite) and partner is None,
        is_open=event.takes_signups(clock.now()),
        seats_free=events.open_pool(session, event.id).free + (partner.pool.free if partner else 0),
        consent=events.consent_text(session, event),
        typed=typed,
        errors=errors,
        labels=_labels(questions),
        questions=questions,
        needs=need_options(),
        locales=locale_options(),
        form_token=typed.get(FORM_TOKEN) or secrets.token_urlsafe(16),
        action=url_for("event.submit", slug=event.slug),
    )


def _labels(questions: list[answers.Control]) -> dict[str, str]:
    return {
        "name": _("Nama lengkap"),
        "email": _("Alamat e-mail"),
        "organisation": _("Organisasi"),
        "locale": _("Bahasa untuk surat kami"),
        **{one.name: one.label for one in questions},
        "needs": _("Kebutuhan akomodasi"),
        "needs_note": _("Penjelasan kebutuhan"),
        "needs_consent": _("Persetujuan menyimpan kebutuhan"),
        "consent": _("Persetujuan"),
        "invite": _("Undangan"),
    }
