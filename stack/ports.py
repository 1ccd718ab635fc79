"""Free TCP ports on localhost."""

import json
import os
import random
import socket
import time
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections, so that nothing else
# takes a port that is kept for the next start.
LOWEST, HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` of localhost now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


# The names that hold this process's latest ports. They are open sockets, so the kernel frees them when it ends.
_held: deque[int] = deque()
MOST_HELD = 256


def _hold(port: int) -> bool:
    """Keep ``port`` from other callers of free_port() on this machine, until somebody listens on it.

    Seconds pass between choosing a port and listening, and several stacks may start at the same time. The name is
    in Linux's abstract namespace: it is not a file, and leaves nothing behind.
    """
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0hadir-port-{port}")
    except OSError:
        name.close()
        return False
    _held.append(name.detach())
    if len(_held) > MOST_HELD:
        os.close(_held.popleft())
    return True


def free_port() -> int:
    """A port on localhost that nothing listens on, and that this function has given to no other process."""
    for _ in range(200):
        port = random.randint(LOWEST, HIGHEST)
        if is_free(port) and _hold(port):
            return port
    raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST}")


class PortTaken(RuntimeError):
    """Another program uses the public port of this data; the message says what to do."""


def choose(path: Path, public: str, names: Iterable[str], wanted: int | None, preferred: int | None) -> dict[str, int]:
    """Ports by name, kept in the JSON file ``path``.

    The port called ``public`` stays as it was at the first start, because printed QR codes contain it: ``wanted``
    changes it, ``preferred`` or one close above it is taken the first time (None: any). The others are kept while
    they are free. Raises PortTaken.
    """
    kept: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    fixed = wanted or kept.get(public)
    if fixed and not _becomes_free(fixed):
        raise PortTaken(_advice(fixed, printed=fixed == kept.get(public)))
    ports = {public: fixed or _first_free(preferred)}
    for name in names:
        port = kept.get(name)
        ports[name] = port if port and port not in ports.values() and is_free(port) else _other(ports)
    path.write_text(json.dumps(ports, indent=1))
    return ports


def _other(ports: Mapping[str, int]) -> int:
    while (port := free_port()) in ports.values():
        pass
    return port


def _first_free(preferred: int | None) -> int:
    near = range(preferred, preferred + 20) if preferred else ()
    return next((port for port in near if is_free(port)), 0) or free_port()


def _becomes_free(port: int, seconds: float = 3.0) -> bool:
    """Whether ``port`` is free, waiting a little for a stack that has just been stopped."""
    until = time.monotonic() + seconds
    while not is_free(port):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _advice(port: int, printed: bool) -> str:
    find = f"`ss -ltnp 'sport = :{port}'` shows which one"
    if not printed:
        return f"Port {port} is in use by another program ({find}). Choose another with PORT=…"
    return (
        f"Port {port} is in use by another program ({find}). QR codes printed from this data lead to port {port}, so "
        f"stop that program; or move for good with `make run PORT=…`, after which old QR codes lead nowhere."
    )
