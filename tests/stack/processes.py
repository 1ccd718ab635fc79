"""What runs on this machine, read from /proc."""

from pathlib import Path


def processes_with(text: str) -> list[int]:
    """Ids of the processes whose command line or environment holds ``text``, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        if any(text.encode() in _content(entry / part) for part in ("cmdline", "environ")):
            found.append(int(entry.name))
    return sorted(found)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        # Gone meanwhile, or not ours to read.
        return b""


def alive(pid: int) -> bool:
    """Whether process ``pid`` exists and is not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
