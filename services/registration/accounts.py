"""People who sign in: invited by mail, setting their own password, and closed again. Links live in real time."""

from typing import NamedTuple
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.registration import audit, signin
from services.registration.models import Account, AccountScope, Partner, SignInSession
from shared import clock, settings
from shared.mail.queue import enqueue

LINK_LIFETIME_SECONDS = 3 * 24 * 3600
INVITATION, RESET = "account-invitation", "password-reset"


class Scope(NamedTuple):
    """A role everywhere, in one event, or for one partner of it."""

    role: str
    event_id: int | None = None
    partner_id: int | None = None


def invite(session: Session, email: str, name: str, scope: Scope) -> Account:
    """Let somebody sign in within ``scope``; whoever has no password yet gets a link to set one."""
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
        _send_link(session, INVITATION, account)
    audit.record(session, "account.invited", account.id, scope.event_id, after={"email": email, "scope": scope.role})
    return account


def ask_for_reset(session: Session, email: str) -> None:
    """Send a link to set a new password if there is such an account; the caller does not learn whether."""
    account = by_email(session, email)
    if account is not None and account.active:
        _send_link(session, RESET, account)


def _send_link(session: Session, kind: str, account: Account) -> None:
    # One mail a minute and account at most: asking again and again must not flood a mailbox.
    minute = int(clock.real_now().timestamp() // 60)
    enqueue(session, kind, account.id, account.email, f"{kind}:{account.id}:{account.password_version}:{minute}")


def by_email(session: Session, email: str) -> Account | None:
    """The account with this address."""
    return session.scalar(select(Account).where(func.lower(Account.email) == email.lower()))


def password_link(account: Account) -> str:
    """The address at which the account's password can be set once; it dies when the password changes."""
    token = _serializer().dumps([account.id.hex, account.password_version])
    return settings.public_url(f"/console/password/{token}")


def account_of_link(session: Session, token: str) -> Account | None:
    """The account whose password this link sets, or None when it is not good (any more)."""
    try:
        account_id, version = _serializer().loads(token, max_age=LINK_LIFETIME_SECONDS)
        account = session.get(Account, UUID(hex=account_id))
    except (BadData, ValueError, TypeError, AttributeError):
        return None
    return account if account and account.active and account.password_version == version else None


def set_password(session: Session, account: Account, password: str) -> None:
    """Set a new password and end every session of the account."""
    account.password_hash = signin.hash_password(password)
    account.password_version += 1
    end_sessions(session, account.id)
    audit.record(session, "account.password-set", account.id)


def end_sessions(session: Session, account_id: UUID, session_id: UUID | None = None) -> None:
    """End one session of an account, or all."""
    statement = update(SignInSession).where(SignInSession.account_id == account_id, SignInSession.ended_at.is_(None))
    if session_id is not None:
        statement = statement.where(SignInSession.id == session_id)
    session.execute(statement.values(ended_at=clock.real_now()))


def withdraw(session: Session, account: Account, scope_id: int) -> None:
    """Take one scope from an account; one without any is closed and signed out."""
    for held in list(account.scopes):
        if held.id == scope_id:
            audit.record(session, "account.scope-withdrawn", account.id, held.event_id, before={"scope": str(held)})
            account.scopes.remove(held)
    session.flush()
    if not account.scopes:
        account.active = False
        end_sessions(session, account.id)


def coordinators(session: Session, partner: Partner) -> list[Account]:
    """Who coordinates for a partner."""
    return list(
        session.scalars(
            select(Account)
            .join(Account.scopes)
            .where(AccountScope.role == "coordinator", AccountScope.partner_id == partner.id)
            .order_by(Account.name)
        )
    )


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.required("HADIR_SECRET_KEY"), salt="set-password")
