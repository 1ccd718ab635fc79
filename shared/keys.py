"""Ed25519 key rings from the environment: one private key to sign with, public keys by number to verify with.

Format of the variables: ``1:<base64url of 32 raw bytes>``, several separated by commas. To retire a key, leave its
public part in the ring and sign with a new number.
"""

import base64
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import OKPKey

from shared import settings


class SigningKey(NamedTuple):
    """A private key and the number under which its public part is known."""

    kid: int
    key: Ed25519PrivateKey

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519 signature over ``data``."""
        return self.key.sign(data)

    def jwk(self) -> OKPKey:
        """The private key for joserfc."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return OKPKey.import_key(pem, {"kid": str(self.kid)})

    def public(self) -> str:
        """The public part in the ring format."""
        return f"{self.kid}:{encode(self.key.public_key().public_bytes_raw())}"


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Bytes of unpadded base64url. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signing_key(variable: str) -> SigningKey:
    """The private key in environment variable ``variable``. Raises MissingSetting or ValueError."""
    kid, _, seed = settings.required(variable).partition(":")
    return SigningKey(int(kid), Ed25519PrivateKey.from_private_bytes(decode(seed)))


def public_keys(variable: str) -> Mapping[int, Ed25519PublicKey]:
    """The public keys in environment variable ``variable``, by number. Raises MissingSetting or ValueError."""
    ring = {}
    for part in settings.required(variable).split(","):
        kid, _, raw = part.strip().partition(":")
        ring[int(kid)] = Ed25519PublicKey.from_public_bytes(decode(raw))
    return ring


def public_jwk(key: Ed25519PublicKey) -> OKPKey:
    """A public key for joserfc."""
    return OKPKey.import_key(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def verifies(key: Ed25519PublicKey | None, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` over ``data`` was made with ``key``; False if there is no key."""
    if key is None:
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
