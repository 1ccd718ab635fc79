"""python -m tests.chaos --minutes 30 [--seed 7]: a long storm; ends with one line of JSON."""

import json
import secrets
import sys
import tempfile
import time
from pathlib import Path

import click

from stack import unprivileged
from stack.runner import Stack
from tests.chaos.storm import BEGIN, Storm


@click.command()
@click.option("--minutes", default=30.0, show_default=True)
@click.option("--seed", type=int, help="Repeats the faults of an earlier run (default: a new one).")
@click.option("--every", default=30.0, show_default=True, help="Seconds between two faults, on average.")
def main(minutes: float, seed: int | None, every: float) -> None:
    """Load the whole system, let its parts fail, and count what was lost or doubled."""
    seed = secrets.randbelow(10**6) if seed is None else seed
    began = time.monotonic()

    def say(line: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:7.1f} s  {line}\n")

    say(f"seed {seed}")
    directory = Path(tempfile.mkdtemp(prefix="hadir-chaos-"))
    directory.chmod(0o711)
    try:
        with Stack(directory / "data", clock=BEGIN, demo=True, beat_seconds=3, durable=True) as stack:
            stack.on_event = say
            found = Storm(stack, seed, 60 * minutes, max(1, round(60 * minutes / every)), True, say).run()
    finally:
        unprivileged.remove(directory)
    sys.stdout.write(json.dumps(found) + "\n")
    raise SystemExit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()
