"""What checkin is made of."""

from services.checkin.models import Base, db
from shared.delivery.models import DeliveryBase
from shared.service import Service

service = Service(
    name="checkin",
    db=db,
    metadata=(Base.metadata, DeliveryBase.metadata),
    jobs=(),
)
