"""python -m stack run | stop | status | reset | clock"""

import json
import os
import signal
import time
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from shared import clock as business_clock
from shared.queues import SERVICES
from stack import clock, memory, probe, terminal, unprivileged
from stack.compose import secrets as compose_secrets
from stack.keys import RINGS, load, rotate
from stack.ports import PortTaken
from stack.runner import Stack
from stack.supervision import Supervisor
from stack.unprivileged import EngineError

ROOT = Path(__file__).resolve().parent.parent
PREFERRED_PORT = 8080
STOP_SECONDS = 60
READY_PATHS = {name: "/readyz" if name == "registration" else f"/{name}/readyz" for name in SERVICES}

console = Console(highlight=False)


@click.group()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / "var",
    help="Directory of databases, secrets, mail and logs (default: var/).",
)
@click.pass_context
def main(context: click.Context, data: Path) -> None:
    """Hadir on this machine, all of it, in one terminal."""
    context.obj = data.absolute()


@main.command()
@click.option("--port", type=int, help="Public port, kept with the data (default: 8080 or one close by).")
@click.option("--demo/--no-demo", default=True, help="Load the reference event, moved to today.")
@click.pass_obj
def run(data: Path, port: int | None, demo: bool) -> None:
    """Start everything; Ctrl-C stops it."""

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        # While starting, a signal aborts the start; a second one must not abort the stopping.
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    stack = Stack(data, demo=demo, port=port, preferred_port=PREFERRED_PORT)
    try:
        terminal.start(console, stack)
        stack.on_event = lambda line: console.print(f"[yellow]![/] {terminal.plain(line)}")
        terminal.summary(console, stack)
        while stack.supervisor.alive():
            time.sleep(0.5)
        raise probe.StackError("the supervisor ended, and with it everything")
    except KeyboardInterrupt:
        console.print("Menghentikan… · stopping…")
    except (probe.StackError, EngineError, PortTaken) as error:
        console.print(f"[red]✗[/] {terminal.plain(str(error))}")
        raise SystemExit(1) from None
    finally:
        stack.stop()
    console.print("Berhenti. · Stopped.")


@main.command()
@click.pass_obj
def stop(data: Path) -> None:
    """Stop the stack that runs on this data, from another terminal."""
    pid = probe.runner_pid(data)
    if not probe.is_locked(data) or pid is None:
        console.print("Tidak ada yang berjalan. · Nothing runs.")
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while probe.is_locked(data):
        if time.monotonic() > until:
            raise click.ClickException(f"process {pid} still stops; see {data / 'logs'}")
        time.sleep(0.1)
    console.print("Berhenti. · Stopped.")


@main.command()
@click.pass_obj
def status(data: Path) -> None:
    """Show what runs. Exits with 1 when a process does not run."""
    if not probe.is_locked(data):
        console.print("Tidak ada yang berjalan. · Nothing runs.")
        raise SystemExit(1)
    secrets = load(data / "secrets.json")
    try:
        states = Supervisor(data / "run", data / "logs", secrets["supervisor"]).states()
    except OSError:
        raise click.ClickException("the stack is starting or stopping") from None
    terminal.processes(console, states, data / "logs")
    ports = json.loads((data / "ports.json").read_text())
    ready = {name: probe.fetch(ports[f"{name}-web"], READY_PATHS[name]) for name in SERVICES}
    terminal.vitals(console, ready)
    if runner := probe.runner_pid(data):
        console.print(f"Memori (PSS, dengan PostgreSQL) · memory: {memory.pss_mib(runner):.0f} MiB", style="dim")
    raise SystemExit(0 if all(state.pid for state in states.values()) else 1)


@main.command()
@click.pass_obj
def reset(data: Path) -> None:
    """Delete all data: databases, queues, mail, secrets, ports, logs. Refuses while the stack runs."""
    if probe.is_locked(data):
        raise click.ClickException("the stack runs; stop it first (Ctrl-C, or `python -m stack stop`)")
    if data.exists() and any(data.iterdir()) and not (data / "lock").exists():
        raise click.ClickException(f"{data} does not look like data of this system; nothing was deleted")
    for engine in ("postgres", "valkey"):
        unprivileged.remove(data / engine)
    unprivileged.remove(data)
    console.print(f"Data dihapus. · {data} is cleared.")


@main.command(name="rotate-key")
@click.argument("ring", type=click.Choice(RINGS))
@click.pass_obj
def rotate_key(data: Path, ring: str) -> None:
    """Sign with a new key of RING from the next start on. Signatures of the old key stay valid."""
    if probe.is_locked(data):
        raise click.ClickException("the stack runs; stop it first (Ctrl-C, or `python -m stack stop`)")
    if not (data / "secrets.json").exists():
        raise click.ClickException(f"{data} holds no keys yet")
    number = rotate(data / "secrets.json", ring)
    console.print(f"Kunci baru nomor {number} · new key, number {number}: {ring}")


@main.command()
@click.option("--public-url", default="https://localhost", show_default=True, help="Where people will reach it.")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), default=ROOT / ".env")
def env(public_url: str, file: Path) -> None:
    """Write fresh secrets for docker-compose.yml."""
    if not compose_secrets.write(file, public_url):
        raise click.ClickException(f"{file} is there already and was left as it is")
    console.print(f"{file}: rahasia baru · fresh secrets", soft_wrap=True)


@main.group(name="clock")
def clock_group() -> None:
    """The business clock: what day and time it is for the event."""


@clock_group.command()
@click.pass_obj
def show(data: Path) -> None:
    """Print business time."""
    console.print(clock.shown(clock.business_now(data / "clock.json")))


@clock_group.command()
@click.argument("to")
@click.pass_obj
def jump(data: Path, to: str) -> None:
    """Move business time forward TO 17:30 (today, Jakarta) or 2022-12-25T17:30+07:00."""
    path = data / "clock.json"
    try:
        business_clock.jump(path, clock.parse(to, clock.business_now(path)))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    console.print(clock.shown(clock.business_now(path)))


if __name__ == "__main__":
    main()
