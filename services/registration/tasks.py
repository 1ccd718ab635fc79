"""Celery tasks of registration: thin, they take ids, read the rows again and call a use case."""

from uuid import UUID

from services.registration import erasing, importing, partners, waiting
from services.registration.mail_texts import compose
from services.registration.mailing import SEND_MAIL
from services.registration.messages import HANDLERS
from services.registration.models import db
from shared.delivery import outbox
from shared.delivery.tasks import register
from shared.mail.send import send_mail
from shared.web import idempotency
from shared.worker import make_celery

celery = make_celery("registration")
register(celery, db, HANDLERS)


@celery.task(name="registration.tick")
def tick() -> None:
    """What time brings about."""
    partners.release_due(db)
    waiting.expire_offers(db)
    waiting.serve_all(db)
    erasing.erase_needs_after_events(db)
    with db.transaction() as session:
        outbox.purge_delivered(session)
        idempotency.purge(session)
        importing.purge(session)


@celery.task(name=SEND_MAIL.task)
def send(mail_id: str) -> None:
    """Compose and send one mail."""
    send_mail(db, SEND_MAIL, UUID(mail_id), compose)
