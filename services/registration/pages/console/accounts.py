"""People who sign in: who they are, where they are signed in, inviting and closing; and setting passwords by link."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import accounts, labels
from services.registration.models import Account, Partner, SignInSession, db
from services.registration.schemas_console import ForgotPassword, InviteAccountForm, NewPassword
from shared import clock
from shared.web.access import COORDINATOR, LINK_HOLDER, OPERATOR, ORGANISER, PUBLIC, who
from shared.web.forms import FormErrors, load
from shared.web.limits import limiter

blueprint = Blueprint("accounts", __name__, url_prefix="/console")


@blueprint.get("/people")
@who(ORGANISER)
def index() -> str:
    """Everybody who may sign in."""
    with db.transaction() as session:
        return _page(session, {}, {})


@blueprint.post("/people")
@who(ORGANISER)
def invite() -> Any:
    """Invite another organiser."""
    try:
        given = load(InviteAccountForm(), request.form)
    except FormErrors as error:
        with db.transaction() as session:
            return _page(session, error.typed, error.errors), 422
    with db.transaction() as session:
        accounts.invite(session, given["email"], given["person"], accounts.Scope("organiser"))
    flash(_("Undangan dikirim ke %(email)s.", email=given["email"]), "success")
    return redirect(url_for("accounts.index"), 303)


@blueprint.post("/people/<uuid:account_id>/scopes/<int:scope_id>/withdraw")
@who(ORGANISER)
def withdraw(account_id: Any, scope_id: int) -> Any:
    """Take a scope from somebody else."""
    with db.transaction() as session:
        account = session.get(Account, account_id)
        if account is None or str(account.id) == g.principal.id:
            abort(404)
        accounts.withdraw(session, account, scope_id)
    return redirect(url_for("accounts.index"), 303)


@blueprint.get("/sessions")
@who(ORGANISER, COORDINATOR, OPERATOR)
def sessions() -> str:
    """The browsers in which the caller is signed in."""
    with db.transaction() as session:
        rows = session.scalars(
            select(SignInSession)
            .where(
                SignInSession.account_id == g.principal.id,
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > clock.real_now(),
            )
            .order_by(SignInSession.seen_at.desc())
        ).all()
        return render_template("console/sessions.html", sessions=rows, zone="Asia/Jakarta")


@blueprint.post("/sessions/<uuid:session_id>/end")
@who(ORGANISER, COORDINATOR, OPERATOR)
def end(session_id: Any) -> Any:
    """Sign out one of the caller's browsers."""
    with db.transaction() as session:
        accounts.end_sessions(session, g.principal.id, session_id)
    flash(_("Sesi diakhiri. Perangkat itu keluar paling lambat dalam 20 menit."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@blueprint.get("/forgot")
@who(PUBLIC)
def forgot() -> str:
    """Ask for a link to set a new password."""
    return _forgot_page({}, {})


@blueprint.post("/forgot")
@who(PUBLIC)
@limiter.limit("5 per hour", key_func=lambda: f"forgot:{request.form.get('email', '').strip().lower()[:254]}")
@limiter.limit("100 per hour", key_func=get_remote_address)
def send_link() -> Any:
    """Send the link if there is such an account. The answer is the same if there is none."""
    try:
        given = load(ForgotPassword(), request.form)
    except FormErrors as error:
        return _forgot_page(error.typed, error.errors), 422
    with db.transaction() as session:
        accounts.ask_for_reset(session, given["email"])
    flash(_("Bila alamat itu terdaftar, tautan untuk kata sandi baru sudah kami kirim."), "success")
    return redirect(url_for("signin.form"), 303)


@blueprint.get("/password/<token>")
@who(LINK_HOLDER)
def choose(token: str) -> str:
    """Set a password by a link from a mail."""
    with db.transaction() as session:
        return _password_page(_account(session, token), {})


@blueprint.post("/password/<token>")
@who(LINK_HOLDER)
def set_password(token: str) -> Any:
    """Set it; the link is used up, and every session of the account ends."""
    with db.transaction() as session:
        account = _account(session, token)
        try:
            given = load(NewPassword(), request.form)
        except FormErrors as error:
            return _password_page(account, error.errors), 422
        accounts.set_password(session, account, given["password"])
    flash(_("Kata sandi disimpan. Silakan masuk."), "success")
    return redirect(url_for("signin.form"), 303)


def _account(session: Session, token: str) -> Account:
    account = accounts.account_of_link(session, token)
    if account is None:
        abort(404)
    return account


def _page(session: Session, typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    rows = session.scalars(select(Account).order_by(Account.name)).all()
    wanted = {scope.partner_id for account in rows for scope in account.scopes if scope.partner_id}
    names = {partner.id: partner.name for partner in session.scalars(select(Partner).where(Partner.id.in_(wanted)))}
    return render_template(
        "console/people.html",
        accounts=rows,
        scope_words=lambda scope: labels.scope(scope.role, names.get(scope.partner_id)),
        typed=typed,
        errors=errors,
        field_labels={"person": _("Nama"), "email": _("Alamat e-mail")},
    )


def _forgot_page(typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/forgot.html", typed=typed, errors=errors, field_labels={"email": _("Alamat e-mail")}
    )


def _password_page(account: Account, errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/password.html", account=account, typed={}, errors=errors, field_labels={"password": _("Kata sandi")}
    )
