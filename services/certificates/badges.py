"""The certificate as an Open Badge 3.0: a verifiable credential as a signed JWT (VC-JWT), for wallets and portfolios.

https://www.imsglobal.org/spec/ob/v3p0/#jwt-proof. It says what the certificate says, and nothing of how to reach the
holder: they are named, not addressed.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.certificates import credential, rendering, status_lists
from shared import keys, settings

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)


def jwt(data: Mapping[str, Any], status_index: int, signing: keys.SigningKey) -> str:
    """The badge of signed certificate ``data`` as a compact JWT; the same data and key make the same text.

    ``status_index`` is the certificate's place in the status lists.
    """
    return signed({**_payload(data), "credentialStatus": [status_lists.entry(status_index)]}, signing)


def signed(payload: Mapping[str, Any], signing: keys.SigningKey) -> str:
    """A credential as a compact JWT, with the key that verifies it named in its header."""
    held = next(key for key in credential.key_set()["keys"] if key["kid"] == str(signing.kid))
    address = settings.public_url("/certificates/.well-known/jwks.json")
    # Verifiers know this algorithm by its older name; it is the same signature.
    header = {"alg": "EdDSA", "typ": "JWT", "kid": f"{address}#{signing.kid}", "jwk": _public(held)}
    content = f"{_part(header)}.{_part(payload)}"
    return f"{content}.{keys.encode(signing.sign(content.encode()))}"


def _public(key: Mapping[str, str]) -> dict[str, str]:
    return {name: key[name] for name in ("kty", "crv", "x")}


def _part(content: Mapping[str, Any]) -> str:
    return keys.encode(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def _payload(data: Mapping[str, Any]) -> dict[str, Any]:
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
    event, printed = data["event"], rendering.document(data)
    who = {"type": "IdentityObject", "hashed": False, "identityHash": data["name"], "identityType": "name"}
    told = f"{printed['when']}, {printed['hours']}, {event['venue']} ({printed['length']})"
    return {
        "type": ["AchievementSubject"],
        "identifier": [who],
        "role": printed["role"],
        "achievement": {
            "id": f"{data['url']}#achievement",
            "type": ["Achievement"],
            "name": event["title"],
            "description": told,
            "criteria": {"narrative": f"Hadir sebagai {printed['role']} sesuai syarat penyelenggara. {told}"},
        },
    }
