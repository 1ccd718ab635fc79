"""Signing in and out, and renewing the short token that the other services look at."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from services.registration import signin
from services.registration.models import db
from services.registration.schemas import Credentials
from shared.web import signin as tokens
from shared.web.access import PUBLIC, who
from shared.web.forms import FormErrors, load
from shared.web.limits import limiter

blueprint = Blueprint("signin", __name__, url_prefix="/console")

HOME = "/console/"
SECRET = "signin"


def _account_tried() -> str:
    return f"account:{request.form.get('email', '').strip().lower()[:254]}"


def _was_wrong(response: Any) -> bool:
    return bool(response.status_code == 422)


@blueprint.get("/sign-in")
@who(PUBLIC)
def form() -> str:
    """The sign-in form."""
    return _page({"next": request.args.get("next", "")}, {})


@blueprint.post("/sign-in")
@who(PUBLIC)
@limiter.limit("10 per 15 minutes", key_func=_account_tried, deduct_when=_was_wrong)
@limiter.limit("100 per 15 minutes", key_func=get_remote_address, deduct_when=_was_wrong)
def enter() -> Any:
    """Check the password and begin a session. Only failures count against the limits."""
    try:
        given = load(Credentials(), request.form, ignore=["next"])
    except FormErrors as error:
        return _page({**error.typed, "next": request.form.get("next", "")}, error.errors), 422
    with db.transaction() as database:
        account = signin.check_password(database, given["email"], given["password"])
        if account is None:
            return _refused(given["email"])
        secret = signin.start(database, account, request.headers.get("User-Agent", ""), get_remote_address() or "")
        token = signin.token(account)
    session.clear()
    session[SECRET] = secret
    return _go_on(token, request.form.get("next"))


@blueprint.get("/renew")
@who(PUBLIC)
def renew() -> Any:
    """Give a browser that is still signed in a fresh token, and send it back to where it was going."""
    target = request.args.get("next")
    with db.transaction() as database:
        found = signin.find(database, session.get(SECRET))
        token = signin.token(found.account) if found else None
    if token is None:
        return redirect(url_for("signin.form", next=tokens.safe_next(target, HOME)))
    return _go_on(token, target)


@blueprint.post("/sign-out")
@who(PUBLIC)
def leave() -> Any:
    """End the session here and now."""
    with db.transaction() as database:
        signin.end(database, session.get(SECRET))
    session.clear()
    response = redirect(url_for("signin.form"), 303)
    tokens.clear_cookie(current_app.make_response(response))
    return response


def _go_on(token: str, target: str | None) -> Any:
    response = current_app.make_response(redirect(tokens.safe_next(target, HOME), 303))
    tokens.set_cookie(response, token)
    return response


def _refused(email: str) -> Any:
    # One sentence for every reason: it must not say which addresses have an account.
    errors = {"password": [_("Alamat e-mail atau kata sandi tidak cocok.")]}
    return _page({"email": email, "next": request.form.get("next", "")}, errors), 422


def _page(typed: dict[str, Any], errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/sign-in.html",
        typed={**typed, "password": ""},
        errors=errors,
        labels={"email": _("Alamat e-mail"), "password": _("Kata sandi")},
    )
