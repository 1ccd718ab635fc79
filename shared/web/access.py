"""Who may call a route. Every view declares it with ``@who(...)``; a view without it is closed to everybody.

Signed-in people carry a short-lived Ed25519 token made by registration (shared/web/signin.py). A service may add
its own authentication, as check-in does for door devices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request

from shared.web import signin

PUBLIC = "public"
# The view itself checks a signed link (a participant's ticket, an invitation).
LINK_HOLDER = "link-holder"
ORGANISER = "organiser"
COORDINATOR = "coordinator"
OPERATOR = "operator"
DEVICE = "device"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Principal:
    """The caller. ``scopes`` are ``role`` (everywhere), ``role:event`` or ``coordinator:event:partner``."""

    id: str
    name: str
    scopes: tuple[str, ...] = ()

    def has_role(self, role: str) -> bool:
        """Whether the caller holds ``role`` anywhere."""
        return any(scope.split(":")[0] == role for scope in self.scopes)

    def may(self, role: str, event_id: int, partner_id: int | None = None) -> bool:
        """Whether the caller holds ``role`` for an event (and, for a coordinator, a partner)."""
        wanted = {role, f"{role}:{event_id}"}
        if partner_id is not None:
            wanted.add(f"{role}:{event_id}:{partner_id}")
        return any(scope in wanted for scope in self.scopes)


NOBODY = Principal("", "")
Authenticate = Callable[[], Principal | None]


def who(*roles: str) -> Callable[[View], View]:
    """Declare which roles may call a view; ``PUBLIC`` and ``LINK_HOLDER`` stand alone."""

    def declare(view: View) -> View:
        view.who = roles  # type: ignore[attr-defined]
        return view

    return declare


def install(app: Flask, authenticate: Authenticate | None = None) -> None:
    """Check every request against the roles of its view. ``authenticate`` comes before the sign-in token."""

    @app.before_request
    def check() -> Any:
        g.principal = (authenticate and authenticate()) or _signed_in() or NOBODY
        if request.endpoint is None:
            return None
        roles = getattr(app.view_functions[request.endpoint], "who", ())
        if PUBLIC in roles or LINK_HOLDER in roles or request.endpoint.endswith("static"):
            return None
        if any(g.principal.has_role(role) for role in roles):
            return None
        if not roles:
            current_app.logger.error("view %s declares nobody who may call it", request.endpoint)
        return _refuse()


def _signed_in() -> Principal | None:
    claims = signin.current_claims()
    return Principal(claims["sub"], claims["name"], tuple(claims["scopes"])) if claims else None


def _refuse() -> Any:
    if g.principal is NOBODY and not is_api():
        return redirect(signin.renewal_address(request.full_path if request.method == "GET" else request.path))
    return abort(401 if g.principal is NOBODY else 403)


def is_api() -> bool:
    """Whether this request is to a JSON endpoint (it never authenticates by cookie)."""
    return "/api/" in request.path


def must(allowed: bool) -> None:
    """Abort with 403 unless ``allowed``: for checks that need the row, such as the event of a device."""
    if not allowed:
        abort(403)
