"""The tests' relay and workers as real processes, which can be made to die between any two steps.

    python -m tests.delivery.process relay | sender | receiver

A process that reaches a step and finds a file of that name in TEST_DEATHS (see harness.POINTS) removes the file and
dies by SIGKILL. Constants are shortened by TEST_RESEND (seconds).
"""

import functools
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.signals import task_postrun

from shared import jobs, log, watchdog
from shared.delivery import inbox, outbox, relay, tasks
from tests.delivery import services

DEATHS = Path(os.environ["TEST_DEATHS"])


def die_if_asked(point: str) -> None:
    try:
        (DEATHS / point).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(module: Any, name: str, before: str | None = None, after: str | None = None) -> None:
    """Let ``module.name`` die before or after its work."""
    original: Callable[..., Any] = getattr(module, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if before:
            die_if_asked(before)
        result = original(*args, **kwargs)
        # An idle claim is no step.
        if after and (after != "relay:claimed" or result):
            die_if_asked(after)
        return result

    setattr(module, name, wrapped)


def install() -> None:
    deadly(outbox, "claim", after="relay:claimed")
    deadly(relay.Relay, "_send", before="relay:committed", after="relay:sent")
    deadly(tasks, "apply_batch", before="receiver:received", after="receiver:committed")
    deadly(inbox, "_apply_kind", after="receiver:applied")
    deadly(tasks, "_acknowledge", after="receiver:answered")
    deadly(outbox, "acknowledge", after="sender:marked")
    task_postrun.connect(_finished, weak=False)
    tasks.MOST_ACKNOWLEDGEMENTS = int(os.environ.get("TEST_MOST_ACKNOWLEDGEMENTS", "5"))
    seconds = float(os.environ["TEST_RESEND"])
    outbox.FIRST_RESEND = timedelta(seconds=seconds)
    outbox.LONGEST_RESEND = timedelta(seconds=4 * seconds)
    jobs.HAND_OUT_AGAIN = jobs.FIRST_RETRY = timedelta(seconds=seconds)
    if os.environ.get("TEST_ACK_EMULATION"):
        for celery in (services.sender_celery, services.receiver_celery):
            celery.conf.broker_transport_options["ack_emulation"] = True


def _finished(task: Any = None, **_: Any) -> None:
    if task.name == "sender.acknowledge-messages":
        die_if_asked("sender:finished")


def main(name: str) -> None:
    log.configure()
    install()
    with services.contracts():
        if name == "relay":
            stop = threading.Event()
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            relay.Relay(services.sender_db, services.sender_celery, [services.WORK]).run(stop)
        elif name == "sender":
            _work(services.sender_celery, "sender.acks,sender.work")
        else:
            _work(services.receiver_celery, "receiver.messages")


def _work(celery: Any, queues: str) -> None:
    if "TEST_UNGUARDED" not in os.environ:
        watchdog.LOOK_SECONDS, watchdog.SILENT_SECONDS = 0.5, 3.0
        watchdog.Watchdog(queues.split(","), longest_task_seconds=6.0).start()
    celery.start(["worker", "-Q", queues, "-P", "solo", "-n", f"{queues}@%h", "--without-gossip", "--without-mingle"])


if __name__ == "__main__":
    main(sys.argv[1])
