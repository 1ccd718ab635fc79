"""Forgetting a person also where facts about them wait or were kept."""

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from shared.delivery.models import DeadLetter, Outgoing


def scrub_delivery(session: Session, key: str) -> None:
    """Delete every outgoing fact and dead letter about the entity ``key`` (or of compound keys that begin with it).

    For its owner, who publishes the tombstone afterwards, in the same transaction: it replaces what is deleted here.
    """
    _scrub(session, Outgoing, key)
    scrub_dead_letters(session, key)


def scrub_dead_letters(session: Session, key: str) -> None:
    """Delete every dead letter about the entity ``key`` (or of compound keys that begin with it).

    For services that hear of the erasure: what they themselves publish has no names in it, and nothing replaces it.
    """
    _scrub(session, DeadLetter, key)


def _scrub(session: Session, model: type[Outgoing] | type[DeadLetter], key: str) -> None:
    session.execute(delete(model).where(or_(model.key == key, model.key.startswith(f"{key}:", autoescape=True))))
