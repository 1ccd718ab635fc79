"""The certificate as an Open Badge 3.0: a verifiable credential as a signed JWT (VC-JWT), for wallets and portfolios.

https://www.imsglobal.org/spec/ob/v3p0/#jwt-proof. It contains what the certificate says. It names the holder, but
has no address of theirs.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jws import JWSRegistry

from services.certificates.rendering import document
from services.certificates.signing import published_keys
from services.certificates.verification import status_lists
from shared import keys, settings

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
# Verifiers know this algorithm by its older name; the signature is the same.
ALGORITHM = "EdDSA"


class _Registry(JWSRegistry):
    """Accepts the older name, about which joserfc warns (RFC 9864)."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[ALGORITHM]


_REGISTRY = _Registry(algorithms=[ALGORITHM])


def badge(data: Mapping[str, Any], status_index: int, signing: keys.SigningKey) -> str:
    """The badge for signed certificate ``data`` as a compact JWT. The same data and key give the same text.

    ``status_index`` is the certificate's place in the status lists.
    """
    return signed({**_claims(data), "credentialStatus": [status_lists.entry(status_index)]}, signing)


def signed(claims: Mapping[str, Any], signing: keys.SigningKey) -> str:
    """A credential as a compact JWT. Its header names the key that verifies it."""
    address = settings.public_url("/certificates/.well-known/jwks.json")
    header = {
        "alg": ALGORITHM,
        "jwk": published_keys.public_jwk(signing.kid),
        "kid": f"{address}#{signing.kid}",
        "typ": "JWT",
    }
    return jwt.encode(header, dict(claims), published_keys.private_jwk(signing), registry=_REGISTRY)


def _claims(data: Mapping[str, Any]) -> dict[str, Any]:
    issued_at = datetime.fromisoformat(data["issued_at"])
    issuer = {"id": settings.public_url("/"), "type": ["Profile"], "name": data["organiser"]}
    return {
        "@context": list(CONTEXT),
        "id": f"urn:uuid:{data['id']}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"Sertifikat {data['number']}",
        "issuer": issuer,
        "validFrom": issued_at.isoformat().replace("+00:00", "Z"),
        "credentialSubject": _subject(data),
        "evidence": [{"id": data["url"], "type": ["Evidence"], "name": "Halaman pemeriksaan sertifikat"}],
        "iss": issuer["id"],
        "jti": f"urn:uuid:{data['id']}",
        "nbf": int(issued_at.timestamp()),
    }


def _subject(data: Mapping[str, Any]) -> dict[str, Any]:
    event, text = data["event"], document.printed(data)
    holder = {"type": "IdentityObject", "hashed": False, "identityHash": data["name"], "identityType": "name"}
    description = f"{text['when']}, {text['hours']}, {event['venue']} ({text['length']})"
    return {
        "type": ["AchievementSubject"],
        "identifier": [holder],
        "role": text["role"],
        "achievement": {
            "id": f"{data['url']}#achievement",
            "type": ["Achievement"],
            "name": event["title"],
            "description": description,
            "criteria": {"narrative": f"Hadir sebagai {text['role']} sesuai syarat penyelenggara. {description}"},
        },
    }
