"""Signing in and out, and renewing the short token that the other services check."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from services.registration.access import token_for
from services.registration.accounts import sign_in
from services.registration.models import db
from services.registration.schemas.accounts import SignInForm
from shared.web import signin as tokens
from shared.web.access import PUBLIC, who
from shared.web.forms import FormErrors, load, redisplay
from shared.web.limits import limiter

blueprint = Blueprint("sign_in", __name__, url_prefix="/console")

HOME = "/console/"
SECRET = "signin"


def _account_tried() -> str:
    return f"account:{request.form.get('email', '').strip().lower()[:254]}"


def _was_wrong(response: Any) -> bool:
    return bool(response.status_code == 422)


@blueprint.get("/sign-in")
@who(PUBLIC)
def form(refused: FormErrors | None = None) -> str:
    """The sign-in form."""
    typed = (
        {**refused.typed, "next": request.form.get("next", "")} if refused else {"next": request.args.get("next", "")}
    )
    return render_template(
        "console/sign-in.html",
        typed={**typed, "password": ""},
        errors=refused.errors if refused else {},
        field_labels={"email": _("Alamat e-mail"), "password": _("Kata sandi")},
    )


@blueprint.post("/sign-in")
@who(PUBLIC)
@limiter.limit("10 per 15 minutes", key_func=_account_tried, deduct_when=_was_wrong)
@limiter.limit("100 per 15 minutes", key_func=get_remote_address, deduct_when=_was_wrong)
@redisplay(form)
def enter() -> Any:
    """Check the password and start a session. Only failures count against the limits."""
    given = load(SignInForm(), request.form, ignore=["next"])
    with db.transaction() as session:
        account = sign_in.check_password(session, given["email"], given["password"])
        if account is None:
            # One message for every reason: it must not reveal which addresses have an account.
            message = _("E-mail atau kata sandi salah.")
            raise FormErrors({"password": [message]}, {"email": given["email"]})
        secret = sign_in.start(session, account, request.headers.get("User-Agent", ""), get_remote_address() or "")
        token = token_for(account)
    cookie.clear()
    cookie[SECRET] = secret
    return _go_on(token, request.form.get("next"))


@blueprint.get("/renew")
@who(PUBLIC)
def renew() -> Any:
    """Give a browser that is still signed in a fresh token, and send it back to where it was going."""
    target = request.args.get("next")
    with db.transaction() as session:
        found = sign_in.find(session, cookie.get(SECRET))
        token = token_for(found.account) if found else None
    if token is None:
        return redirect(url_for("sign_in.form", next=tokens.safe_next(target, HOME)))
    return _go_on(token, target)


@blueprint.post("/sign-out")
@who(PUBLIC)
def leave() -> Any:
    """End the session in this browser."""
    with db.transaction() as session:
        sign_in.end(session, cookie.get(SECRET))
    cookie.clear()
    response = redirect(url_for("sign_in.form"), 303)
    tokens.clear_cookie(current_app.make_response(response))
    return response


def _go_on(token: str, target: str | None) -> Any:
    response = current_app.make_response(redirect(tokens.safe_next(target, HOME), 303))
    tokens.set_cookie(response, token)
    return response
