"""Celery tasks of checkin: thin, they take ids, read the rows again and call a use case."""

from services.checkin import corrections
from services.checkin.messages import HANDLERS
from services.checkin.models import db
from shared.delivery import outbox
from shared.delivery.tasks import register
from shared.worker import make_celery

celery = make_celery("checkin")
register(celery, db, HANDLERS)


@celery.task(name="checkin.tick")
def tick() -> None:
    """What time brings about."""
    with db.transaction() as session:
        corrections.check_out_at_end(session)
    with db.transaction() as session:
        outbox.purge_delivered(session)
