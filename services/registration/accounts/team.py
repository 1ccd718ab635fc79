"""The team: accounts that may sign in, invited by mail, with scopes that are given and withdrawn."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.accounts.passwords import send_link
from services.registration.accounts.sign_in import by_email, end_sessions
from services.registration.mail.requests import INVITATION
from services.registration.models import Account, AccountScope, Partner
from shared import clock
from shared.actors import Actor


class Scope(NamedTuple):
    """A role everywhere, in one event, or for one partner of it."""

    role: str
    event_id: int | None = None
    partner_id: int | None = None


def invite(session: Session, actor: Actor, email: str, name: str, scope: Scope) -> Account:
    """Let somebody sign in within ``scope``; an account without a password gets a link to set one."""
    account = by_email(session, email)
    if account is None:
        account = Account(email=email, name=name, created_at=clock.real_now())
        session.add(account)
        session.flush()
    if scope not in {Scope(held.role, held.event_id, held.partner_id) for held in account.scopes}:
        account.scopes.append(AccountScope(role=scope.role, event_id=scope.event_id, partner_id=scope.partner_id))
    account.active = True
    session.flush()
    if account.password_hash is None:
        send_link(session, INVITATION, account)
    after = {"email": email, "scope": scope.role}
    audit.record(session, actor, "account.invited", account.id, event_id=scope.event_id, after=after)
    return account


def withdraw(session: Session, actor: Actor, account: Account, scope_id: int) -> bool:
    """Remove one scope from an account; an account without scopes is closed and signed out.

    False when the account has no such scope.
    """
    held = next((scope for scope in account.scopes if scope.id == scope_id), None)
    if held is None:
        return False
    before = {"scope": str(held)}
    audit.record(session, actor, "account.scope-withdrawn", account.id, event_id=held.event_id, before=before)
    account.scopes.remove(held)
    session.flush()
    if not account.scopes:
        account.active = False
        end_sessions(session, account.id)
    return True


def coordinators(session: Session, partner: Partner) -> list[Account]:
    """The accounts that coordinate for a partner."""
    return list(
        session.scalars(
            select(Account)
            .join(Account.scopes)
            .where(AccountScope.role == "coordinator", AccountScope.partner_id == partner.id)
            .order_by(Account.name)
        )
    )


def withdraw_coordinator(session: Session, actor: Actor, partner: Partner, account_id: UUID) -> bool:
    """Remove a partner from the scopes of one of its coordinators; False when the account is none of them."""
    account = next((one for one in coordinators(session, partner) if one.id == account_id), None)
    if account is None:
        return False
    scope = next(held for held in account.scopes if held.partner_id == partner.id)
    return withdraw(session, actor, account, scope.id)


def find(session: Session, account_id: UUID) -> Account | None:
    """The account with this id, or None."""
    return session.get(Account, account_id)


def everybody(session: Session) -> tuple[Sequence[Account], dict[int, str]]:
    """All accounts by name, and the names of the partners for which they coordinate, by partner id."""
    accounts = session.scalars(select(Account).order_by(Account.name)).all()
    wanted = {scope.partner_id for account in accounts for scope in account.scopes if scope.partner_id}
    partners = session.scalars(select(Partner).where(Partner.id.in_(wanted)))
    return accounts, {partner.id: partner.name for partner in partners}
