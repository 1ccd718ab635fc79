"""Which Open Badges are no longer valid, in a form for programs: W3C Bitstring Status List 1.0.

https://www.w3.org/TR/vc-bitstring-status-list/. Each certificate has a place. A list is a signed credential with
one bit for each of LIST_BITS places; the bit is set when the certificate was revoked or replaced. Verifiers fetch a
whole list, so we do not learn which badge they check, and a list names nobody.
"""

import base64
import gzip
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.certificates.models import VALID, Certificate
from shared import clock, settings

# The smallest list that the recommendation allows: a shorter one would reveal which badge is checked (section 2.2).
LIST_BITS = 131_072
# How long a downloaded list is valid. With an old list, a revoked badge would still verify.
VALID_FOR = timedelta(days=1)


class NoSuchList(LookupError):
    """No certificate has a place in this list."""


def address(number: int) -> str:
    """Where list ``number`` (from 0) is served."""
    return settings.public_url(f"/certificates/.well-known/status/{number}")


def entry(status_index: int) -> dict[str, str]:
    """The entry in a badge that says where to look up its status."""
    number, position = divmod(status_index, LIST_BITS)
    return {
        "id": f"{address(number)}#{position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(position),
        "statusListCredential": address(number),
    }


def status_list(session: Session, number: int) -> dict[str, Any]:
    """List ``number`` as an unsigned credential. Raises NoSuchList."""
    first = number * LIST_BITS
    last = session.scalar(select(func.max(Certificate.status_index)))
    if number < 0 or (number > 0 and (last is None or last < first)):
        raise NoSuchList(number)
    in_list = Certificate.status_index.between(first, first + LIST_BITS - 1)
    invalid = session.scalars(select(Certificate.status_index).where(in_list, Certificate.status != VALID))
    now = clock.real_now().replace(microsecond=0)
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address(number),
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": settings.public_url("/"),
        "validFrom": _zulu(now.isoformat()),
        "validUntil": _zulu((now + VALID_FOR).isoformat()),
        "credentialSubject": {
            "id": f"{address(number)}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": _encoded({index - first for index in invalid}),
        },
    }


def _encoded(positions: set[int]) -> str:
    """The bits, compressed, in multibase base64url. The first bit is the highest of the first byte."""
    bits = bytearray(LIST_BITS // 8)
    for position in positions:
        bits[position // 8] |= 0x80 >> position % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def _zulu(text: str) -> str:
    return text.replace("+00:00", "Z")
