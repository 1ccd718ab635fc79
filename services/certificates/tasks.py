"""Celery tasks of certificates: thin, they take ids and call a use case, which reads the rows again."""

from functools import partial
from uuid import UUID

from services.certificates.issuing.runs import RUN, plan_runs
from services.certificates.issuing.work import work
from services.certificates.mail.compose import compose
from services.certificates.mail.requests import MAIL
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
    """Delete old rows, and start runs for events that are over or have changed."""
    with db.transaction() as session:
        outbox.purge_delivered(session)
        idempotency.purge(session)
    with db.transaction() as session:
        plan_runs(session)


@celery.task(name=RUN.task)
def issue_run(run_id: str) -> None:
    """Work on an issuing run."""
    jobs.run(db, RUN, UUID(run_id), partial(work, db))


@celery.task(name=MAIL.task)
def send_certificate(mail_id: str) -> None:
    """Send one certificate."""
    send_mail(db, MAIL, UUID(mail_id), compose)
