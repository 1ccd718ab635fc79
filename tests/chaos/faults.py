"""What goes wrong: each fault does its harm, lasts for a while, and is undone."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import redis

from stack.runner import Stack

# Everything that may be killed at any moment. The mailbox stands in for somebody's mail server.
KILLED = [
    "registration-web",
    "checkin-web",
    "certificates-web",
    "registration-relay",
    "checkin-relay",
    "certificates-relay",
    "registration-messages",
    "registration-mail",
    "checkin-messages",
    "certificates-messages",
    "certificates-render",
    "certificates-mail",
    "beat",
    "mailbox",
]


@dataclass(frozen=True)
class Fault:
    """A named fault; ``happen`` returns when it is over."""

    name: str
    happen: Callable[[Stack, float], None]
    # Seconds that it lasts in the short and in the long form.
    short: float
    long: float


def _kill(name: str) -> Callable[[Stack, float], None]:
    def happen(stack: Stack, seconds: float) -> None:
        with contextlib.suppress(Exception):
            stack.kill(name)
        time.sleep(seconds)

    return happen


def _flush(stack: Stack, seconds: float) -> None:
    with redis.Redis.from_url(stack.valkey.url, socket_timeout=5) as client:
        client.flushall()
    time.sleep(seconds)


def _valkey_away(stack: Stack, seconds: float) -> None:
    """Stopped, and back empty."""
    stack.stop_process("valkey")
    try:
        for file in stack.valkey.store().glob("appendonlydir/*"):
            file.unlink()
        time.sleep(seconds)
    finally:
        stack.start_process("valkey")


def _frozen(name: str) -> Callable[[Stack, float], None]:
    """SIGSTOP: connections stay open, nothing answers."""

    def happen(stack: Stack, seconds: float) -> None:
        pids = [stack.pid_of(name)]
        if name == "postgres":
            # The server answers through processes of its own, one for each connection.
            pids += _children(pids[0])
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    return happen


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def _postgres_killed(stack: Stack, seconds: float) -> None:
    stack.kill("postgres")
    time.sleep(seconds)


def _mail_server_away(stack: Stack, seconds: float) -> None:
    stack.stop_process("mailbox")
    try:
        time.sleep(seconds)
    finally:
        stack.start_process("mailbox")


FAULTS: tuple[Fault, ...] = (
    *(Fault(f"kill {name}", _kill(name), 1.0, 3.0) for name in KILLED),
    Fault("kill postgres", _postgres_killed, 2.0, 5.0),
    Fault("FLUSHALL", _flush, 0.5, 1.0),
    Fault("valkey away", _valkey_away, 5.0, 60.0),
    Fault("valkey frozen", _frozen("valkey"), 5.0, 20.0),
    Fault("postgres frozen", _frozen("postgres"), 4.0, 20.0),
    Fault("mail server frozen", _frozen("mailbox"), 4.0, 30.0),
    Fault("mail server away", _mail_server_away, 4.0, 30.0),
)

# Those that the short form always has: they found something once.
ALWAYS = ("valkey frozen", "FLUSHALL", "kill postgres")


def plan(dice: random.Random, count: int) -> list[Fault]:
    """``count`` faults in the order in which they happen."""
    chosen = [fault for fault in FAULTS if fault.name in ALWAYS][:count]
    chosen += dice.choices(FAULTS, k=max(0, count - len(chosen)))
    dice.shuffle(chosen)
    return chosen
