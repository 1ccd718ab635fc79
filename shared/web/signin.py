"""The sign-in that services share: a short-lived token signed with Ed25519.

Registration makes and renews it (it alone has the private key and the people). The others verify it with the public
key, and send a browser whose token has run out to registration's renewal page, which sends it back. Tokens live in
real time, always.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

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
    key = OKPKey.import_key(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": keys.encode(signing.key.public_key().public_bytes_raw()),
            "d": keys.encode(signing.key.private_bytes_raw()),
        }
    )
    return jwt.encode({"alg": "Ed25519", "kid": str(signing.kid)}, claims, key, algorithms=["Ed25519"])


def read_token(token: str) -> dict[str, Any] | None:
    """The claims of a genuine token that has not run out, or None."""
    ring = keys.public_keys("HADIR_SESSION_PUBLIC_KEYS")
    for public in ring.values():
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": keys.encode(public.public_bytes_raw())})
        try:
            claims = jwt.decode(token, key, algorithms=["Ed25519"]).claims
            # Made anew each time: it remembers when it was made, and holds "exp" against that.
            jwt.JWTClaimsRegistry(**_RULES).validate(claims)
        except (JoseError, ValueError):
            continue
        # An empty list is genuine: somebody who may do nothing is signed in, and refused.
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
    """Take the token from the browser."""
    response.delete_cookie(cookie_name(), path="/", httponly=True, samesite="Lax", secure=settings.is_https())


def renewal_address(next_path: str) -> str:
    """Where a browser gets a fresh token (or signs in) and is sent back to ``next_path``."""
    return f"{RENEWAL_PATH}?{urlencode({'next': next_path})}"


def safe_next(path: str | None, default: str) -> str:
    """``path`` when it is a path of this origin, else ``default``: a sign-in sends nobody elsewhere."""
    # Browsers read "\\" as "/", and skip control characters: "/\t/evil" is "//evil" to them.
    if not path or not path.startswith("/") or path.startswith("//") or not path.isprintable() or "\\" in path:
        return default
    return path
