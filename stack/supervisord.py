"""supervisord with the services' libraries loaded: it forks Python programs instead of starting Python for each.

Sixteen processes load the same libraries. Loaded once, before the fork, they share memory and start in a
fraction of the time. The result is the same as with an exec: the same module with the same arguments, environment
and working directory. docker-compose.yml starts each process by itself.
"""

import asyncore
import atexit
import contextlib
import ctypes
import gc
import importlib
import os
import runpy
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from supervisor import supervisord
from supervisor.options import ServerOptions

# Third-party libraries and shared modules that read no settings when they are imported.
PRELOADED = (
    "argon2",
    "babel.dates",
    "celery.app.amqp",
    "celery.app.log",
    "celery.bin.worker",
    "celery.concurrency.solo",
    "celery.fixups.django",
    "celery.loaders.app",
    "celery.worker.components",
    "celery.worker.consumer.consumer",
    "celery.worker.strategy",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "flask_babel",
    "flask_limiter",
    "flask_smorest",
    "flask_wtf.csrf",
    "granian",
    "granian.server.mp",
    "joserfc.jwt",
    "kombu.transport.redis",
    "limits.storage.redis",
    "prometheus_client",
    "psycopg_binary",
    "qrcode",
    "rich",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.orm",
    "shared.cli",
    "shared.contracts",
    "shared.delivery.relay",
    "shared.delivery.tasks",
    "shared.jobs",
    "shared.mail.send",
    "shared.mail.writer",
    "shared.web.app",
    "shared.worker",
)
_PR_SET_NAME, _PR_SET_PDEATHSIG = 15, 1
_M_ARENA_MAX = -8


class ForkingOptions(ServerOptions):
    """supervisord's options; a Python program is run in the forked child itself."""

    def execve(self, filename: str, argv: Sequence[str], env: dict[str, str]) -> Any:
        """Become the program: Python modules without an exec, everything else with one. Does not return."""
        module = _module(argv)
        if module is None:
            return super().execve(filename, argv, env)
        # The child's memory begins as a copy of this process: no program may find another program's secrets in it.
        for group in self.process_group_configs:
            for program in group.process_configs:
                program.environment = {}
        return _become(*module, env)


def _module(argv: Sequence[str]) -> tuple[str, list[str]] | None:
    """The module and arguments of ``[prefix ...] python -m module [argument ...]``, for this same Python."""
    if sys.executable not in argv:
        return None
    rest = list(argv[argv.index(sys.executable) + 1 :])
    return (rest[1], rest[2:]) if rest[:1] == ["-m"] else None


def _become(module: str, arguments: list[str], env: dict[str, str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    libc.prctl(_PR_SET_NAME, module.rpartition(".")[2].encode())
    # Few arenas: memory that one thread has freed is used again by the next.
    libc.mallopt(_M_ARENA_MAX, 2)
    # What an exec would have undone.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    for dispatcher in asyncore.socket_map.values():
        with contextlib.suppress(AttributeError, OSError):
            # Its descriptor is already closed, and the number may be reused.
            dispatcher.socket.detach()
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [module, *arguments]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, write_through=True)  # type: ignore[union-attr]
    os._exit(_run(module))


def _run(module: str) -> int:
    """Run the module as ``python -m`` would, including the interpreter's exit steps; returns the exit code."""
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if not isinstance(end.code, int | None):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    return code


def main() -> None:
    """Load the shared libraries, then run supervisord."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    # Keeps memory shared: the garbage collector of a child does not write to these objects.
    gc.freeze()
    supervisord.ServerOptions = ForkingOptions
    supervisord.main(sys.argv[1:])


if __name__ == "__main__":
    main()
