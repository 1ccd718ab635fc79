"""Celery tasks of certificates: thin, they take ids, read the rows again and call a use case."""

from uuid import UUID

from services.certificates import issuing, mailing
from services.certificates.messages import HANDLERS
from services.certificates.models import db
from shared import jobs
from shared.delivery import outbox
from shared.delivery.tasks import register
from shared.mail.send import send_mail
from shared.web import idempotency
from shared.worker import make_celery

celery = make_celery("certificates")
register(celery, db, HANDLERS)


@celery.task(name="certificates.tick")
def tick() -> None:
    """What time brings about: events that are over get their certificates."""
    with db.transaction() as session:
        outbox.purge_delivered(session)
        idempotency.purge(session)
    with db.transaction() as session:
        issuing.plan_runs(session)


@celery.task(name=issuing.RUN.task)
def issue_run(run_id: str) -> None:
    """Work on an issuing run."""
    jobs.run(db, issuing.RUN, UUID(run_id), issuing.work)


@celery.task(name=mailing.MAIL.task)
def send_certificate(mail_id: str) -> None:
    """Send one certificate."""
    send_mail(db, mailing.MAIL, UUID(mail_id), mailing.compose)
