"""What checkin is made of."""

from services.checkin.messages import HANDLES
from services.checkin.models import Base, db
from services.checkin.tasks import celery
from shared.delivery.models import DeliveryBase
from shared.service import Service

service = Service(
    name="checkin",
    db=db,
    metadata=(Base.metadata, DeliveryBase.metadata),
    celery=celery,
    handlers=HANDLES,
    jobs=(),
)
