"""What registration is made of."""

from services.registration.mail.requests import SEND_MAIL
from services.registration.models import Base, db
from shared.delivery.models import DeliveryBase
from shared.mail.models import MailBase
from shared.service import Service
from shared.web.models import WebBase

service = Service(
    name="registration",
    db=db,
    metadata=(
        Base.metadata,
        DeliveryBase.metadata,
        MailBase.metadata,
        WebBase.metadata,
    ),
    jobs=(SEND_MAIL,),
)
