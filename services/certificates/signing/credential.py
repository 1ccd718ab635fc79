"""The content of a certificate as signed data. The PDF and the verification page are views of it.

The signature is Ed25519 over ``b"HADIR-CERTIFICATE-1\\0"`` and the data as canonical JSON (the part of RFC 8785
that we need: sorted names, no spaces, UTF-8; only text, whole numbers, lists and objects). A credential is the data
together with its signature; it is attached to the PDF.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from services.certificates.schemas.certificate import CertificateSchema
from shared import keys

KIND = "hadir.certificate.v1"
_DOMAIN = b"HADIR-CERTIFICATE-1\0"
# Crockford's base32, which leaves out letters that look like others. 16 characters are 80 bits.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 16
# Of a credential's text.
LARGEST = 100_000
_READ_AS = str.maketrans("ilo", "110", "- ")


class NotACredential(ValueError):
    """The text does not have the form of one of our credentials, or we did not sign it."""


def new_code() -> str:
    """A verification code that cannot be guessed or counted."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str | None:
    """The code in a typed or scanned text (hyphens, capitals and O for 0 are accepted), or None if there is none."""
    code = typed.strip().lower().translate(_READ_AS)
    return code if len(code) == CODE_LENGTH and all(character in _ALPHABET for character in code) else None


def grouped(code: str) -> str:
    """The code as it is printed: four groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def canonical(data: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sign(data: Mapping[str, Any], signing: keys.SigningKey) -> bytes:
    """64 bytes of signature over ``data``."""
    return signing.sign(_DOMAIN + canonical(data))


def is_genuine(data: Mapping[str, Any], kid: int, signature: bytes) -> bool:
    """Whether one of our keys, the current one or an earlier one, signed exactly this ``data``."""
    ring = keys.public_keys("HADIR_CERTIFICATE_PUBLIC_KEYS")
    return keys.verifies(ring.get(kid), signature, _DOMAIN + canonical(data))


def write(data: Mapping[str, Any], kid: int, signature: bytes) -> str:
    """The credential as text, the same for the same certificate."""
    proof = {"alg": "Ed25519", "kid": kid, "value": keys.encode(signature)}
    credential = {"certificate": data, "signature": proof}
    return json.dumps(credential, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def read(text: str | bytes) -> tuple[dict[str, Any], int, bytes]:
    """Data, key number and signature of a text with the form of a credential: not verified yet, and of any content.

    It costs little whatever the text is; what is in the data is looked at only after its signature. Raises
    NotACredential.
    """
    if len(text) > LARGEST:
        raise NotACredential("too long")
    try:
        credential = json.loads(text, parse_constant=_refuse)
        data, proof = credential["certificate"], credential["signature"]
        kid, signature = proof["kid"], keys.decode(proof["value"])
        canonical(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotACredential(repr(error)[:200]) from error
    if type(kid) is not int or not isinstance(data, dict):
        raise NotACredential("no number of a key, or no object")
    return data, kid, signature


def verified(text: str | bytes) -> tuple[dict[str, Any], int, bytes]:
    """Data, key number and signature of a credential that we signed. Raises NotACredential."""
    data, kid, signature = read(text)
    if not is_genuine(data, kid, signature):
        raise NotACredential("not signed by us")
    try:
        CertificateSchema().load(data)
    except ValidationError as error:
        raise NotACredential(repr(error)[:200]) from error
    return data, kid, signature


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
