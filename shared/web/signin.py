"""The sign-in that services share: a short-lived token signed with Ed25519.

Only registration issues and renews tokens: it alone has the private key and the accounts. The other services verify
them with the public key, and redirect a browser with an expired token to registration's renewal page, which redirects
back. Tokens always use real time, never simulated time.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from joserfc import jwt
from joserfc.errors import JoseError

from shared import clock, keys, settings

LIFETIME = timedelta(minutes=20)
ISSUER = "hadir-registration"
RENEWAL_PATH = "/console/renew"

_ESSENTIAL: Any = {"essential": True}
_RULES: Any = dict.fromkeys(("exp", "sub", "name"), _ESSENTIAL) | {"iss": {**_ESSENTIAL, "value": ISSUER}}


def cookie_name() -> str:
    """``__Host-`` binds the cookie to this host under https; browsers refuse the prefix on http://localhost."""
    return "__Host-hadir-signin" if settings.is_https() else "hadir-signin"


def make_token(subject: str, name: str, scopes: list[str]) -> str:
    """A token that says who somebody is and in which scopes. Needs HADIR_SESSION_PRIVATE_KEY."""
    signing = keys.signing_key("HADIR_SESSION_PRIVATE_KEY")
    now = clock.real_now()
    claims = {
        "iss": ISSUER,
        "sub": subject,
        "name": name,
        "scopes": scopes,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode({"alg": "Ed25519", "kid": str(signing.kid)}, claims, signing.jwk(), algorithms=["Ed25519"])


def read_token(token: str) -> dict[str, Any] | None:
    """The claims of a genuine token that has not expired; None otherwise."""
    ring = keys.public_keys("HADIR_SESSION_PUBLIC_KEYS")
    for public in ring.values():
        try:
            claims = jwt.decode(token, keys.public_jwk(public), algorithms=["Ed25519"]).claims
            # A new registry each time: it compares "exp" with the time of its own creation.
            jwt.JWTClaimsRegistry(**_RULES).validate(claims)
        except (JoseError, ValueError):
            continue
        # An empty list is valid: the account is signed in, but may do nothing.
        return dict(claims) if isinstance(claims.get("scopes"), list) else None
    return None


def current_claims() -> dict[str, Any] | None:
    """The claims of this request: from the cookie on pages, from ``Authorization: Bearer`` on JSON endpoints.

    JSON endpoints never look at cookies, which is why they need no CSRF token.
    """
    if "/api/" in request.path:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return read_token(token) if scheme.lower() == "bearer" and token else None
    cookie = request.cookies.get(cookie_name())
    return read_token(cookie) if cookie else None


def set_cookie(response: Response, token: str) -> None:
    """Give the browser its token."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.is_https(),
        path="/",
    )


def clear_cookie(response: Response) -> None:
    """Delete the browser's token."""
    response.delete_cookie(cookie_name(), path="/", httponly=True, samesite="Lax", secure=settings.is_https())


def renewal_address(next_path: str) -> str:
    """The address where a browser gets a new token (or signs in) and is redirected to ``next_path``."""
    return f"{RENEWAL_PATH}?{urlencode({'next': next_path})}"


def safe_next(path: str | None, default: str) -> str:
    """``path`` when it is a path of this origin, else ``default``: a sign-in never redirects to another site."""
    # Browsers read "\\" as "/", and skip control characters: "/\t/evil" is "//evil" to them.
    if not path or not path.startswith("/") or path.startswith("//") or not path.isprintable() or "\\" in path:
        return default
    return path
