"""Setting a password by a link from a mail. Links live in real time."""

from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.accounts.sign_in import by_email, end_sessions, hash_password
from services.registration.mail.requests import PASSWORD_RESET
from services.registration.models import Account
from shared import clock, settings
from shared.actors import STAFF, Actor
from shared.mail.queue import enqueue

LINK_LIFETIME_SECONDS = 3 * 24 * 3600


def ask_for_reset(session: Session, email: str) -> None:
    """Send a link to set a new password if there is such an account; the caller does not learn whether there is."""
    account = by_email(session, email)
    if account is not None and account.active:
        send_link(session, PASSWORD_RESET, account)


def send_link(session: Session, kind: str, account: Account) -> None:
    """Send a mail of ``kind`` with a link to set the password."""
    # At most one mail a minute and account: repeated requests must not flood a mailbox.
    minute = int(clock.real_now().timestamp() // 60)
    enqueue(session, kind, account.id, account.email, f"{kind}:{account.id}:{account.password_version}:{minute}")


def password_link(account: Account) -> str:
    """The address at which the account's password can be set once; it becomes invalid when the password changes."""
    token = _serializer().dumps([account.id.hex, account.password_version])
    return settings.public_url(f"/console/password/{token}")


def account_of_link(session: Session, token: str) -> Account | None:
    """The account whose password this link sets, or None when the link is invalid or no longer valid."""
    try:
        account_id, version = _serializer().loads(token, max_age=LINK_LIFETIME_SECONDS)
        account = session.get(Account, UUID(hex=account_id))
    except (BadData, ValueError, TypeError, AttributeError):
        return None
    return account if account and account.active and account.password_version == version else None


def set_password(session: Session, account: Account, password: str) -> None:
    """Set a new password and end every session of the account."""
    account.password_hash = hash_password(password)
    account.password_version += 1
    end_sessions(session, account.id)
    audit.record(session, Actor(STAFF, str(account.id), account.name), "account.password-set", account.id)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.required("HADIR_SECRET_KEY"), salt="set-password")
