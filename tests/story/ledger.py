"""Counting afterwards: from the databases, the mailbox and the PDFs, not from what the script believes."""

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from stack.processes import PROCESSES
from stack.runner import Stack
from tests.story.browser import Browser, Page
from tests.story.day import Day
from tests.story.documents import Document, open_document
from tests.story.mailbox import documents_in


@dataclass
class Ledger:
    """What really happened. ``refused`` counts the door's refusals by outcome."""

    registered: int = 0
    organisations: int = 0
    checked_in: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    certificates: int = 0
    mails: int = 0
    mails_doubled: int = 0
    verified: int = 0
    altered_detected: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The ledger as JSON data, in this order."""
        return asdict(self)


# 31 sign up, 30 keep it; 28 of them and the speaker pass the door; 27 and the speaker have been there long enough.
# Mails: 31 tickets, the speaker's and the other event's, and 28 certificates.
EXPECTED = Ledger(
    registered=30,
    organisations=6,
    checked_in=29,
    refused={"already_in": 1, "bad_signature": 1, "cancelled": 1, "closed": 1, "too_early": 1, "wrong_event": 1},
    certificates=28,
    mails=61,
    verified=28,
    # An address with another code, a credential with another name, a PDF that is not as it was issued.
    altered_detected=3,
)


def count(day: Day) -> Ledger:
    """Count everything after the day. Raises AssertionError where a document is not what it should be."""
    stack, event_id = day.stack, day.event_id
    received = day.post.messages()
    # A mail whose worker was killed between the server's answer and the database comes twice, with one Message-ID.
    mails = {str(message["Message-ID"]): message for message in received}
    pdfs = [pdf for message in mails.values() for pdf in documents_in(message)]
    documents = [open_document(pdf) for pdf in pdfs]
    return Ledger(
        registered=_one(
            stack,
            "registration",
            "SELECT count(*) FROM participants WHERE event_id = %s AND status = 'confirmed' AND role = 'peserta'",
            event_id,
        ),
        organisations=_one(
            stack,
            "registration",
            "SELECT count(DISTINCT partner_id) FROM participants WHERE event_id = %s AND status = 'confirmed'",
            event_id,
        ),
        checked_in=_one(
            stack,
            "checkin",
            "SELECT count(DISTINCT participant_id) FROM attendance WHERE event_id = %s AND arrived_at IS NOT NULL",
            event_id,
        ),
        refused=_refused(stack, event_id),
        certificates=_one(
            stack,
            "certificates",
            "SELECT count(*) FROM certificates WHERE event_id = %s AND status = 'valid'",
            event_id,
        ),
        mails=len(mails),
        mails_doubled=len(received) - len(mails),
        verified=sum(verify(stack, document) for document in documents),
        altered_detected=altered_detected(stack, documents[0], pdfs[0]),
    )


def _query(stack: Stack, service: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    url = stack.database_url(service).replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection:
        return connection.execute(statement, values).fetchall()


def _one(stack: Stack, service: str, statement: str, *values: object) -> int:
    return int(_query(stack, service, statement, *values)[0][0])


def _refused(stack: Stack, event_id: int) -> dict[str, int]:
    statement = """
        SELECT answered, count(*) FROM scans
        WHERE answered NOT IN ('checked_in', 'late', 'checked_out', 'provisional') AND event_id = %s
        GROUP BY answered ORDER BY answered
    """
    return {str(outcome): int(number) for outcome, number in _query(stack, "checkin", statement, event_id)}


def verify(stack: Stack, document: Document) -> bool:
    """Whether a stranger with the printed document finds it valid, with every printed field on the page."""
    assert document.is_tagged, f"not tagged: {document.title}"
    assert document.language.lower().startswith(("id", "en")), document.language
    assert document.attachments, f"no credential attached: {document.title}"
    address = next(text for text in document.qr_texts if "/v/" in text)
    page = Browser(stack.public_url).open(address)
    state = page.document.select_one("[data-certificate-status]")
    return state is not None and state["data-certificate-status"] == "valid"


def altered_detected(stack: Stack, document: Document, pdf: bytes) -> int:
    """How many of three forgeries the product finds out: another code, another name in the credential, another file."""
    browser = Browser(stack.public_url)
    address = next(text for text in document.qr_texts if "/v/" in text)
    wrong = address[:-1] + ("a" if address[-1] != "a" else "b")
    unknown = 'data-certificate-status="unknown"' in browser.session.get(wrong, timeout=20).text
    credential = json.loads(next(iter(document.attachments.values())))
    assert is_genuine(stack, credential), "the attached credential does not carry a genuine signature"
    assert _verified(stack, credential) == "valid", "the product does not know its own credential"
    credential["certificate"]["name"] = "Orang Lain"
    altered = _verified(stack, credential) == "altered"
    assert _same_file(browser, pdf) == "yes", "the product does not know its own file"
    # Still a PDF that opens, with the genuine credential attached.
    other = _same_file(browser, pdf + b"\n% somebody was here\n")
    return int(unknown) + int(altered) + int(other == "no")


def _verified(stack: Stack, credential: dict[str, Any]) -> str:
    """What the JSON API says of a credential."""
    answer = requests.post(
        f"{stack.public_url}/certificates/api/v1/verifications",
        json={"credential": json.dumps(credential, ensure_ascii=False)},
        timeout=20,
    )
    return str(answer.json()["status"])


def _same_file(browser: Browser, pdf: bytes) -> str | None:
    """Whether the page of verification says that an uploaded file is as it was issued: "yes", "no" or None."""
    form = browser.open("/v/")
    token = form.document.select_one("input[name=csrf_token]")
    assert token is not None
    answer = browser.session.post(
        f"{browser.origin}/v/",
        data={"csrf_token": str(token["value"])},
        files={"file": ("sertifikat.pdf", pdf, "application/pdf")},
        timeout=20,
    )
    verdict = Page(browser, answer).document.select_one("[data-certificate-status]")
    same = verdict.get("data-same-file") if verdict else None
    return str(same) if same else None


def is_genuine(stack: Stack, credential: dict[str, Any]) -> bool:
    """Check a credential as a third party would, with the public key alone and none of the system's code."""
    ring = dict(part.split(":") for part in public_ring(stack).split(","))
    proof = credential["signature"]
    key = Ed25519PublicKey.from_public_bytes(_base64url(ring[str(proof["kid"])]))
    signed = json.dumps(credential["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        key.verify(_base64url(proof["value"]), b"HADIR-CERTIFICATE-1\0" + signed.encode())
    except InvalidSignature:
        return False
    return True


def public_ring(stack: Stack) -> str:
    """The public keys of certificates, as the processes of the stack get them."""
    web = next(process for process in PROCESSES if process.name == "certificates-web")
    return stack.environment(web)["HADIR_CERTIFICATE_PUBLIC_KEYS"]


def _base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
