"""The short storm of every test run: load, a handful of faults, and the oracle."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import unprivileged
from stack.runner import Stack
from tests.chaos.storm import BEGIN, Storm

# The same faults in every run; `make chaos` draws new ones.
SEED = 20221225


@pytest.fixture
def stack() -> Iterator[Stack]:
    directory = Path(tempfile.mkdtemp(prefix="hadir-chaos-"))
    directory.chmod(0o711)
    try:
        with Stack(directory / "data", clock=BEGIN, demo=True, beat_seconds=2, durable=True) as running:
            yield running
    finally:
        unprivileged.remove(directory)


@pytest.mark.timeout(400)
def test_a_storm_loses_nothing_and_doubles_nothing(stack: Stack) -> None:
    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    found = Storm(stack, int(os.environ.get("HADIR_CHAOS_SEED", SEED)), 30.0, 6, False, say).run()
    say(str(found))
    assert found["wrong"] == []
    assert found["sign_ups_acknowledged"] > 20
    assert found["scans_acknowledged"] > 50
    assert found["certificates"] > 0
