"""The whole reference day on a stack of its own. When this passes, the system does what it is for."""

from pathlib import Path

import pytest
from rich.console import Console

from tests.story.__main__ import Account, differences, replay


@pytest.mark.timeout(420)
def test_the_reference_day(tmp_path: Path) -> None:
    ledger, _ = replay(tmp_path / "stack", Account(Console()))
    assert differences(ledger) == {}
