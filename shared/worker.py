"""Celery, configured: JSON, one process that does one task at a time, named queues, never eager."""

from typing import Any

from celery import Celery, signals
from kombu.entity import Queue

from shared import log, queues, settings
from shared.broker import TIMEOUT_SECONDS as BROKER_TIMEOUT_SECONDS

# A task that takes longer has its worker ended (shared/watchdog.py). A job's lease is longer (shared/jobs.py), so that
# no job is done twice at once.
TASK_SECONDS = 90

_CONFIG: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "worker_hijack_root_logger": False,
    "worker_send_task_events": False,
    # Commands by broadcast would let one service stop the workers of another.
    "worker_enable_remote_control": False,
    # Rows, not messages, hold work that is due later; see shared/jobs.py.
    "broker_transport_options": {
        # Kombu's own acknowledgements in Redis are off: the outbox and the leases keep work safe. When the
        # broker hangs for longer than the socket timeout, such an acknowledgement fails, the consumer counts its one
        # message as unfinished forever, and takes no other until it is restarted.
        "ack_emulation": False,
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
    },
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_connection_timeout": BROKER_TIMEOUT_SECONDS,
    "task_publish_retry": False,
    # A queue in Redis is a list, there when something is in it. Declaring it would only store bindings, which nobody
    # needs, as messages name their queue, and which one service could change for another.
    "task_queues": [Queue(name, routing_key=name, no_declare=True) for name in queues.ALL],
    "task_create_missing_queues": True,
    "timezone": "UTC",
    "enable_utc": True,
}


class App(Celery):
    """A Celery app whose tasks are its own: by default Celery gives every task to every app of the process."""

    def task(self, *args: Any, **options: Any) -> Any:
        """As Celery.task."""
        return super().task(*args, **{"shared": False, **options})


def make_celery(service: str) -> Celery:
    """A Celery app for one service, named after it, with these settings."""
    app = App(service, broker=settings.optional("HADIR_BROKER_URL") or None)
    app.conf.update(_CONFIG)
    return app


@signals.setup_logging.connect
def _configure_logging(**_: Any) -> None:
    log.configure()
