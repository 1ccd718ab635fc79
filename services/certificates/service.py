"""What certificates is made of."""

from services.certificates.messages import HANDLES
from services.certificates.models import Base, db
from services.certificates.tasks import celery
from shared.delivery.models import DeliveryBase
from shared.mail.models import MailBase
from shared.service import Service

service = Service(
    name="certificates",
    db=db,
    metadata=(
        Base.metadata,
        DeliveryBase.metadata,
        MailBase.metadata,
    ),
    celery=celery,
    handlers=HANDLES,
    jobs=(),
)
