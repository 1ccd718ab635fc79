"""The whole reference day on a stack of its own. When this passes, the system does what it is for."""

import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from tests.story.__main__ import Account, differences, replay

# Texts with which somebody could act for others: tickets, tokens of devices and sign-ins, links with a token.
BEARER_TEXTS = re.compile(r"EV1:\w{8}|hadir-door-\w{8}|eyJ[\w-]{10,}\.|/t/[\w-]{20}|/console/password/\w|invite=\w")


def leaks(directory: Path) -> list[tuple[str, str]]:
    """Which log of a stack holds which secret (by name) or which text that opens something."""
    secrets = json.loads((directory / "secrets.json").read_text())
    found = []
    for log in sorted((directory / "logs").iterdir()):
        text = log.read_text(errors="replace")
        found += [(log.name, name) for name, secret in secrets.items() if secret in text]
        found += [(log.name, match) for match in BEARER_TEXTS.findall(text)]
    return found


def test_a_leak_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "secrets.json").write_text('{"broker": "hunter2hunter2"}')
    (tmp_path / "logs" / "web.log").write_text("auth hunter2hunter2\nGET /t/WyJkMzYzMTIzZDVjNGY0MDFh.x\n")
    assert leaks(tmp_path) == [("web.log", "broker"), ("web.log", "/t/WyJkMzYzMTIzZDVjNGY0")]


@pytest.mark.timeout(420)
def test_the_reference_day(tmp_path: Path) -> None:
    ledger, directory = replay(tmp_path / "stack", Account(Console()))
    assert differences(ledger) == {}
    assert leaks(directory) == []
