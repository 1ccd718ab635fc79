"""The keys of certificates as JSON Web Keys (RFC 7517, RFC 8037)."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import Key, KeySet, OKPKey

from shared import keys


def key_set() -> dict[str, Any]:
    """Our public keys, the current one and earlier ones, as a JWK set."""
    ring = keys.public_keys("HADIR_CERTIFICATE_PUBLIC_KEYS")
    published: list[Key] = [
        OKPKey.import_key(_public(key), {"kid": str(kid), "alg": "Ed25519", "use": "sig"})
        for kid, key in sorted(ring.items())
    ]
    return dict(KeySet(published).as_dict(private=False))


def public_jwk(kid: int) -> dict[str, Any]:
    """The public key with this number, without its metadata. Raises KeyError."""
    return _public(keys.public_keys("HADIR_CERTIFICATE_PUBLIC_KEYS")[kid])


def private_jwk(signing: keys.SigningKey) -> OKPKey:
    """A signing key for joserfc."""
    return OKPKey.import_key({**_public(signing.key.public_key()), "d": keys.encode(signing.key.private_bytes_raw())})


def _public(key: Ed25519PublicKey) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "x": keys.encode(key.public_bytes_raw())}
