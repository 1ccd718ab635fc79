"""What certificates is made of."""

from services.certificates.issuing.runs import RUN
from services.certificates.mail.requests import MAIL
from services.certificates.models import Base, db
from shared.delivery.models import DeliveryBase
from shared.mail.models import MailBase
from shared.service import Service
from shared.web.models import WebBase

service = Service(
    name="certificates",
    db=db,
    metadata=(
        Base.metadata,
        DeliveryBase.metadata,
        MailBase.metadata,
        WebBase.metadata,
    ),
    jobs=(RUN, MAIL),
)
