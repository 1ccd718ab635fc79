"""From a request to the rows that its caller may see: who is calling, 404 and 403, and limits on sign-ups."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, abort, g
from sqlalchemy.orm import Session

from services.registration.events import lookup
from services.registration.models import Account, Event, Participant, Partner
from services.registration.participants import search
from services.registration.tickets import links
from shared.actors import PARTICIPANT, STAFF, Actor
from shared.web import signin
from shared.web.access import COORDINATOR, ORGANISER, must
from shared.web.limits import limiter, per_minute

# High enough for a campus of some hundred people behind one address who sign up at the same moment; a program that
# tries out addresses or seats is slowed down to ten a second.
SIGN_UPS_PER_MINUTE = 600


def limit_sign_ups(view: Callable[..., Any]) -> Callable[..., Any]:
    """Limit how many people sign up from one network address in a minute, over all views together."""
    bound = per_minute("HADIR_SIGN_UPS_PER_MINUTE", SIGN_UPS_PER_MINUTE)
    return limiter.shared_limit(bound, scope="sign-ups")(view)


def current_actor() -> Actor:
    """Who is calling, for the audit log: the account that is signed in, else the holder of the link."""
    principal = g.principal
    return Actor(STAFF, principal.id, principal.name) if principal.id else Actor(PARTICIPANT)


def token_for(account: Account) -> str:
    """A fresh short sign-in token with what the account may do now."""
    return signin.make_token(str(account.id), account.name, sorted(str(scope) for scope in account.scopes))


def public_event(session: Session, slug: str) -> Event:
    """The event with this slug; 404 unless everybody may see it."""
    event = lookup.public_event(session, slug)
    if event is None:
        abort(404)
    return event


def console_event(session: Session, event_id: int, for_change: bool = False) -> Event:
    """The event with its partners and agenda; 404 when there is none, 403 when the caller is not its organiser.

    A view that changes the event or its groups asks ``for_change``: the event is then locked before it is read.
    """
    must(g.principal.may(ORGANISER, event_id))
    event = lookup.with_agenda(session, event_id, for_change)
    if event is None:
        abort(404)
    return event


def for_all_events() -> None:
    """End the request with 403 unless the caller organises every event.

    Creating and copying events, and the team, are theirs: who organises one event sees and changes that one.
    """
    must(ORGANISER in g.principal.scopes)


def console_partner(session: Session, partner_id: int) -> Partner:
    """The partner with its event; 404 when there is none, 403 when the caller is neither organiser nor coordinator."""
    partner = lookup.partner(session, partner_id)
    if partner is None:
        abort(404)
    principal = g.principal
    must(principal.may(ORGANISER, partner.event_id) or principal.may(COORDINATOR, partner.event_id, partner.id))
    return partner


def participant_of(session: Session, participant_id: UUID, **where: Any) -> Participant:
    """The participant who matches ``where`` (event_id or partner_id); 404 otherwise, and when erased."""
    person = search.find(session, participant_id, **where)
    if person is None:
        abort(404)
    return person


def link_holder(session: Session, token: str) -> Participant:
    """The participant with this link, with the event; 404 for anything else."""
    person = links.holder(session, token)
    if person is None:
        abort(404)
    return person


def keep_private(response: Response) -> Response:
    """For pages whose address is the key: it must not reach search engines or other sites."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
