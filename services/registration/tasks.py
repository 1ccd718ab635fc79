"""Celery tasks of registration: they take ids, read the rows again and call a use case."""

from uuid import UUID

from services.registration import erasure
from services.registration.accounts import sign_in
from services.registration.enrolment import importing, offers
from services.registration.mail.compose import compose
from services.registration.mail.requests import SEND_MAIL
from services.registration.messages import HANDLERS
from services.registration.models import db
from services.registration.partners import allotments
from services.registration.seats import waiting_list
from shared import chores
from shared.delivery import purging
from shared.delivery.tasks import register
from shared.mail import queue
from shared.mail.send import send_mail
from shared.web import idempotency
from shared.worker import make_celery

celery = make_celery("registration")
register(celery, db, HANDLERS)


CHORES: dict[str, chores.Chore] = {
    "release seats": chores.each(allotments.due_for_release, allotments.release_when_due),
    "expire offers": chores.each(offers.expired, offers.expire),
    # Seats are handed on when they are freed; this finds those that were freed otherwise (e.g. a larger pool).
    "serve waiting lists": chores.each(
        waiting_list.pools_with_people_waiting, lambda session, pool: waiting_list.serve_pool_of(session, *pool)
    ),
    "erase needs": chores.once(erasure.erase_needs_after_events),
    **purging.CHORES,
    "purge stored answers": chores.purge(idempotency.purge),
    "purge mails": chores.purge(queue.purge),
    "purge uploads": chores.purge(importing.purge),
    "purge sign-ins": chores.purge(sign_in.purge),
}


@celery.task(name="registration.tick")
def tick() -> None:
    """Do what is due by now."""
    chores.run(db, CHORES)


@celery.task(name=SEND_MAIL.task)
def send(mail_id: str) -> None:
    """Compose and send one mail."""
    send_mail(db, SEND_MAIL, UUID(mail_id), compose)
