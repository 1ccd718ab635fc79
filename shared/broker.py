"""Direct access to the Redis-protocol server that carries the queues: whether it answers, and how long a queue is.

It may be down, or hang with its connections open. Nothing waits for it longer than TIMEOUT_SECONDS, and a web
request never waits for it at all.
"""

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared import settings

TIMEOUT_SECONDS = 0.8
# The client's own retries would multiply the timeout; callers do their own retries later.
NO_RETRY = Retry(NoBackoff(), 0)


class BrokerDown(RuntimeError):
    """The broker did not answer or did not take a message."""


def connect(timeout: float = TIMEOUT_SECONDS) -> Any:
    """A client of the broker; it connects at first use and again after errors."""
    return redis.Redis.from_url(
        settings.broker_url(), socket_timeout=timeout, socket_connect_timeout=timeout, retry=NO_RETRY
    )


def waiting(client: Any, queue: str) -> int:
    """How many messages wait in ``queue``. Raises BrokerDown."""
    try:
        return int(client.llen(queue))
    except (redis.RedisError, OSError) as error:
        raise BrokerDown(repr(error)) from error
