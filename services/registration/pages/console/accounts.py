"""The team: who may sign in, inviting and removing; signed-in browsers; and setting passwords by link."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from sqlalchemy.orm import Session

from services.registration import words
from services.registration.access import current_actor, for_all_events
from services.registration.accounts import passwords, sign_in, team
from services.registration.models import Account, db
from services.registration.schemas.accounts import ForgotPasswordForm, InviteAccountForm, SetPasswordForm
from shared.web.access import COORDINATOR, LINK_HOLDER, OPERATOR, ORGANISER, PUBLIC, who
from shared.web.forms import FormErrors, load, redisplay, saved
from shared.web.limits import limiter

blueprint = Blueprint("accounts", __name__, url_prefix="/console")


@blueprint.get("/people")
@who(ORGANISER)
def index(refused: FormErrors | None = None) -> str:
    """Everybody who may sign in."""
    for_all_events()
    with db.transaction() as session:
        accounts, partner_names = team.everybody(session)
        return render_template(
            "console/team.html",
            accounts=accounts,
            scope_words=lambda scope: words.scope(scope.role, partner_names.get(scope.partner_id)),
            typed=refused.typed if refused else {},
            errors=refused.errors if refused else {},
            field_labels={"person": _("Nama"), "email": _("Alamat e-mail")},
        )


@blueprint.post("/people")
@who(ORGANISER)
@redisplay(index)
def invite() -> Any:
    """Invite another organiser."""
    for_all_events()
    given = load(InviteAccountForm(), request.form)
    with db.transaction() as session:
        team.invite(session, current_actor(), given["email"], given["person"], team.Scope(ORGANISER))
    return saved(_("Undangan dikirim ke %(email)s.", email=given["email"]), "accounts.index")


@blueprint.post("/people/<uuid:account_id>/scopes/<int:scope_id>/withdraw")
@who(ORGANISER)
def withdraw(account_id: UUID, scope_id: int) -> Any:
    """Remove a scope from another account."""
    for_all_events()
    with db.transaction() as session:
        account = team.find(session, account_id)
        if account is None or str(account.id) == g.principal.id:
            abort(404)
        if not team.withdraw(session, current_actor(), account, scope_id):
            abort(404)
    return redirect(url_for("accounts.index"), 303)


@blueprint.get("/sessions")
@who(ORGANISER, COORDINATOR, OPERATOR)
def sessions() -> str:
    """The browsers in which the caller is signed in."""
    with db.transaction() as session:
        rows = sign_in.open_sessions(session, g.principal.id)
        return render_template("console/sessions.html", sessions=rows, zone="Asia/Jakarta")


@blueprint.post("/sessions/<uuid:session_id>/end")
@who(ORGANISER, COORDINATOR, OPERATOR)
def end(session_id: UUID) -> Any:
    """Sign out one of the caller's browsers."""
    with db.transaction() as session:
        if not sign_in.end_sessions(session, g.principal.id, session_id):
            abort(404)
    return saved(_("Sesi diakhiri. Perangkat itu keluar paling lambat dalam 20 menit."), "accounts.sessions")


@blueprint.get("/forgot")
@who(PUBLIC)
def forgot(refused: FormErrors | None = None) -> str:
    """Ask for a link to set a new password."""
    return render_template(
        "console/forgot.html",
        typed=refused.typed if refused else {},
        errors=refused.errors if refused else {},
        field_labels={"email": _("Alamat e-mail")},
    )


@blueprint.post("/forgot")
@who(PUBLIC)
@limiter.limit("5 per hour", key_func=lambda: f"forgot:{request.form.get('email', '').strip().lower()[:254]}")
@limiter.limit("100 per hour", key_func=get_remote_address)
@redisplay(forgot)
def send_link() -> Any:
    """Send the link if there is such an account. The answer is the same if there is none."""
    given = load(ForgotPasswordForm(), request.form)
    with db.transaction() as session:
        passwords.ask_for_reset(session, given["email"])
    return saved(_("Bila alamat itu terdaftar, tautan untuk kata sandi baru sudah kami kirim."), "sign_in.form")


@blueprint.get("/password/<token>")
@who(LINK_HOLDER)
def choose(token: str, refused: FormErrors | None = None) -> str:
    """Set a password by a link from a mail."""
    with db.transaction() as session:
        return render_template(
            "console/password.html",
            account=_account(session, token),
            typed={},
            errors=refused.errors if refused else {},
            field_labels={"password": _("Kata sandi")},
        )


@blueprint.post("/password/<token>")
@who(LINK_HOLDER)
@redisplay(choose)
def set_password(token: str) -> Any:
    """Set it; the link is used up, and every session of the account ends."""
    with db.transaction() as session:
        account = _account(session, token)
        passwords.set_password(session, account, load(SetPasswordForm(), request.form)["password"])
    return saved(_("Kata sandi disimpan. Silakan masuk."), "sign_in.form")


def _account(session: Session, token: str) -> Account:
    account = passwords.account_of_link(session, token)
    if account is None:
        abort(404)
    return account
