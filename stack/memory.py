"""How much memory the running stack takes: the proportional set size of all its processes, PostgreSQL included."""

from pathlib import Path

PROC = Path("/proc")


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def _parent(entry: Path) -> int | None:
    try:
        # The name, in parentheses, may hold anything; the parent is the second field behind it.
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def pss_mib(pid: int) -> float:
    """Proportional set size of ``pid`` and its descendants in MiB: pages that are shared count once altogether."""
    return sum(_pss_kib(each) for each in tree(pid)) / 1024


def _pss_kib(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
