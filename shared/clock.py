"""Two clocks: business time, which can be simulated, and real time, which cannot.

Business time says what day it is for the people of the event: windows, arrivals, issuing, "today". Real time is for
leases, re-sends, tokens, rate limits and cookies. A stack started on a simulated day shares its business clock
between all its processes through one small file, so that a jump forward reaches all of them at once.

The file is JSON: {"business": ISO instant, "real": ISO instant at which that was true, "speed": business seconds per
real second}.
"""

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

ENVIRONMENT_VARIABLE = "HADIR_CLOCK_FILE"


class Simulation(NamedTuple):
    """Business time stood at ``business`` when real time stood at ``real``; it runs at ``speed``."""

    business: datetime
    real: datetime
    speed: float

    def at(self, real: datetime) -> datetime:
        """Business time at a real instant."""
        return self.business + timedelta(seconds=(real - self.real).total_seconds() * self.speed)


_cache: dict[str, tuple[tuple[int, int], Simulation]] = {}
_lock = threading.Lock()


def real_now() -> datetime:
    """Real time, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Business time, aware, in UTC: real time unless HADIR_CLOCK_FILE names a file that says otherwise."""
    path = os.environ.get(ENVIRONMENT_VARIABLE)
    simulation = _read(path) if path else None
    return simulation.at(real_now()) if simulation else real_now()


def write(path: str | Path, at: datetime, speed: float = 1.0) -> None:
    """Set the business clock kept in ``path`` to ``at`` (aware). The file is replaced atomically."""
    if at.tzinfo is None:
        raise ValueError("the business clock needs an aware datetime")
    path = Path(path)
    content = {"business": at.astimezone(UTC).isoformat(), "real": real_now().isoformat(), "speed": speed}
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(json.dumps(content))
    # Services may run as a different user than the runner.
    temporary.chmod(0o644)
    temporary.replace(path)


def jump(path: str | Path, to: datetime) -> None:
    """Move the business clock forward to ``to`` (aware), keeping its speed.

    Raises ValueError when ``to`` is in the past of the business clock: nothing may happen a second time.
    """
    simulation = _read(str(path)) or Simulation(real_now(), real_now(), 1.0)
    if to < simulation.at(real_now()):
        raise ValueError(f"the business clock only jumps forward, and it is already past {to.isoformat()}")
    write(path, to, simulation.speed)


def _read(path: str) -> Simulation | None:
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        return None
    # Replacing the file changes the inode even within one tick of mtime.
    stamp = (stat.st_mtime_ns, stat.st_ino)
    cached = _cache.get(path)
    if cached and cached[0] == stamp:
        return cached[1]
    data = json.loads(Path(path).read_text())
    simulation = Simulation(
        datetime.fromisoformat(data["business"]), datetime.fromisoformat(data["real"]), float(data["speed"])
    )
    with _lock:
        _cache[path] = (stamp, simulation)
    return simulation
