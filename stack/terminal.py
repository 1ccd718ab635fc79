"""What the runner shows: progress while it sets up, then one short table."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stack import keys
from stack.runner import Stack
from stack.supervision import State

plain = escape


def start(console: Console, stack: Stack) -> None:
    """Start ``stack``, showing each step with the time it took."""
    begun = step_begun = time.monotonic()
    current = ""

    def done() -> None:
        if current:
            console.print(f"[green]✓[/] {escape(current)} [dim]{time.monotonic() - step_begun:.1f} s[/]")

    with console.status("…") as spinner:

        def step(text: str) -> None:
            nonlocal current, step_begun
            done()
            current, step_begun = text, time.monotonic()
            spinner.update(escape(text))

        stack.on_step = step
        stack.start()
        done()
    console.print(f"[green]✓[/] Siap · ready [dim]{time.monotonic() - begun:.1f} s[/]\n")


def summary(console: Console, stack: Stack) -> None:
    """Print addresses and sign-ins."""
    url = stack.public_url
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_row("Acara", url, "events, sign-up")
    table.add_row("Konsol", f"{url}/console/", "organisers and partners")
    table.add_row("  Panitia", keys.ORGANISER, stack.secrets["organiser-password"])
    table.add_row("  Koordinator", keys.COORDINATOR, stack.secrets["coordinator-password"])
    table.add_row("Pintu", f"{url}/checkin/scan", "the door")
    table.add_row("Kotak surat", f"{url}/mailbox", "all e-mail, no sign-in")
    console.print(table)
    console.print(f"\nLog: {escape(str(stack.log_dir))}", style="dim", soft_wrap=True)
    console.print("Ctrl-C menghentikan semuanya. · Ctrl-C stops everything.", style="dim")


def vitals(console: Console, ready: Mapping[str, Mapping[str, Any]]) -> None:
    """Print how each service is: what /readyz says, with the reasons, the ages and the heartbeats."""
    table = Table(
        "Layanan", "Keadaan", "Fakta tertua", "Tugas tertua", "Tanda hidup tertua", box=None, padding=(0, 2, 0, 0)
    )
    for name, found in ready.items():
        status = str(found.get("status", "no answer"))
        jobs = [age for age in found.get("oldest_job_seconds", {}).values() if age is not None]
        beats = [age for age in found.get("heartbeat_seconds", {}).values() if age is not None]
        colour = "green" if status == "ok" else "red"
        fact = found.get("oldest_fact_seconds")
        ages = [_seconds(fact), _seconds(max(jobs, default=None)), _seconds(max(beats, default=None))]
        table.add_row(name, f"[{colour}]{status}[/]", *ages)
    console.print(table)
    for name, found in ready.items():
        for reason in found.get("reasons", []):
            console.print(f"[red]{name}[/]: {escape(str(reason))}", soft_wrap=True)


def _seconds(age: float | None) -> str:
    return "-" if age is None else f"{age:.0f} s"


def processes(console: Console, states: Mapping[str, State], logs: Path) -> None:
    """Print a table of processes."""
    table = Table("Proses", "Keadaan", "PID", "Sejak (s)", box=None, padding=(0, 2, 0, 0))
    for state in states.values():
        age = str(int(time.time()) - state.since) if state.running else ""
        colour = "green" if state.running else "red"
        table.add_row(state.name, f"[{colour}]{state.state.lower()}[/]", str(state.pid or ""), age)
    console.print(table)
    console.print(f"Log: {logs}", style="dim")
