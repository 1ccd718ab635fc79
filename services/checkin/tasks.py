"""Celery tasks of checkin."""

from services.checkin.attendance.checking_out import check_out_at_end
from services.checkin.messages import HANDLERS
from services.checkin.models import db
from shared.delivery import outbox
from shared.delivery.tasks import register
from shared.worker import make_celery

celery = make_celery("checkin")
register(celery, db, HANDLERS)


@celery.task(name="checkin.tick")
def tick() -> None:
    """What is due: checking out, and purging delivered messages."""
    with db.transaction() as session:
        check_out_at_end(session)
    with db.transaction() as session:
        outbox.purge_delivered(session)
