"""Celery tasks of registration: they take ids, read the rows again and call a use case."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from services.registration import erasure
from services.registration.enrolment import importing, offers
from services.registration.mail.compose import compose
from services.registration.mail.requests import SEND_MAIL
from services.registration.messages import HANDLERS
from services.registration.models import db
from services.registration.partners import allotments
from services.registration.seats import waiting_list
from shared.delivery import outbox
from shared.delivery.tasks import register
from shared.mail.send import send_mail
from shared.web import idempotency
from shared.worker import make_celery

Row = TypeVar("Row")

celery = make_celery("registration")
register(celery, db, HANDLERS)


@celery.task(name="registration.tick")
def tick() -> None:
    """Do what is due by now."""
    _each(allotments.due_for_release, allotments.release_when_due)
    _each(offers.expired, offers.expire)
    # Seats are handed on when they are freed; this finds those that were freed otherwise (e.g. a larger pool).
    _each(waiting_list.pools_with_people_waiting, lambda session, pool: waiting_list.serve_pool_of(session, *pool))
    with db.transaction() as session:
        erasure.erase_needs_after_events(session)
    with db.transaction() as session:
        outbox.purge_delivered(session)
        idempotency.purge(session)
        importing.purge(session)


def _each(find: Callable[[Session], Sequence[Row]], handle: Callable[[Session, Row], object]) -> None:
    """Handle every row that ``find`` returns in a transaction of its own, so that locks are held only briefly."""
    with db.transaction() as session:
        found = find(session)
    for row in found:
        with db.transaction() as session:
            handle(session, row)


@celery.task(name=SEND_MAIL.task)
def send(mail_id: str) -> None:
    """Compose and send one mail."""
    send_mail(db, SEND_MAIL, UUID(mail_id), compose)
