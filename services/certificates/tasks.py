"""Celery tasks of certificates: thin, they take ids and call a use case, which reads the rows again."""

from functools import partial
from uuid import UUID

from services.certificates.issuing.runs import RUN, plan_runs, purge_runs
from services.certificates.issuing.work import work
from services.certificates.mail.compose import compose
from services.certificates.mail.requests import MAIL
from services.certificates.messages import HANDLERS
from services.certificates.models import db
from shared import chores, jobs
from shared.delivery import purging
from shared.delivery.tasks import register
from shared.mail import queue
from shared.mail.send import send_mail
from shared.web import idempotency
from shared.worker import make_celery

celery = make_celery("certificates")
register(celery, db, HANDLERS)


CHORES: dict[str, chores.Chore] = {
    "plan runs": chores.once(plan_runs),
    **purging.CHORES,
    "purge stored answers": chores.purge(idempotency.purge),
    "purge mails": chores.purge(queue.purge),
    "purge runs": chores.purge(purge_runs),
}


@celery.task(name="certificates.tick")
def tick() -> None:
    """Start runs for events that are over or have changed, and delete old rows."""
    chores.run(db, CHORES)


@celery.task(name=RUN.task)
def issue_run(run_id: str) -> None:
    """Work on an issuing run."""
    jobs.run(db, RUN, UUID(run_id), partial(work, db))


@celery.task(name=MAIL.task)
def send_certificate(mail_id: str) -> None:
    """Send one certificate."""
    send_mail(db, MAIL, UUID(mail_id), compose)
