"""Celery tasks of checkin."""

from services.checkin.attendance import checking_out
from services.checkin.messages import HANDLERS
from services.checkin.models import db
from shared import chores
from shared.delivery import purging
from shared.delivery.tasks import register
from shared.worker import make_celery

celery = make_celery("checkin")
register(celery, db, HANDLERS)


CHORES: dict[str, chores.Chore] = {
    "check out at the end": chores.each(checking_out.events_with_people_in, checking_out.check_out_at_end),
    **purging.CHORES,
}


@celery.task(name="checkin.tick")
def tick() -> None:
    """Do what is due by now."""
    chores.run(db, CHORES)
