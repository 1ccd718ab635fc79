"""Forgetting a person also where facts about them wait or were kept."""

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from shared.delivery.models import DeadLetter, Outgoing


def scrub_delivery(session: Session, key: str) -> None:
    """Delete every outgoing fact and dead letter about the entity ``key`` (or of compound keys that begin with it).

    Call it before publishing the tombstone, which must stay.
    """
    for model in (Outgoing, DeadLetter):
        session.execute(delete(model).where(or_(model.key == key, model.key.startswith(f"{key}:", autoescape=True))))
