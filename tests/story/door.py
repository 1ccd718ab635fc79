"""The scanner at the door, as a program: it pairs with a one-time code and sends scans with its own clock."""

import uuid
from collections import Counter
from datetime import datetime
from typing import Any

import requests


class Door:
    """One paired device."""

    def __init__(self, origin: str, pairing_code: str):
        self.session = requests.Session()
        self.session.trust_env = False
        self.api = f"{origin}/checkin/api/v1"
        answer = self.session.post(f"{self.api}/pair", json={"code": pairing_code, "name": "Pintu utama"}, timeout=20)
        if answer.status_code >= 400:
            raise AssertionError(f"pairing refused: {answer.status_code} {answer.text[:400]}")
        self.session.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        self.outcomes: Counter[str] = Counter()

    def scan(self, ticket: str, at: datetime, direction: str = "in") -> str:
        """Scan one ticket at ``at`` (the device's clock is right) and return the outcome."""
        return self.scans([ticket], at, direction)[0]

    def scans(self, tickets: list[str], at: datetime, direction: str = "in") -> list[str]:
        """Scan several tickets, sent as one batch as after a time without network; their outcomes in order."""
        stamp = at.isoformat()
        batch: dict[str, Any] = {
            "device_now": stamp,
            "scans": [
                {"scan_id": str(uuid.uuid4()), "ticket": ticket, "direction": direction, "scanned_at": stamp}
                for ticket in tickets
            ],
        }
        answer = self.session.post(f"{self.api}/scans", json=batch, timeout=20)
        if answer.status_code != 200:
            raise AssertionError(f"scans refused: {answer.status_code} {answer.text[:400]}")
        outcomes = [result["outcome"] for result in answer.json()["results"]]
        self.outcomes.update(outcomes)
        return outcomes
