"""Where rate limits are counted: in Redis, and for a few seconds in this process whenever Redis fails in any way.

A broker that is down, hangs, loads its data or fails in the middle of a script must cost a request at most the
first timeout. Flask-Limiter's own fallback only covers the first thread that meets the failure.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from limits.storage import MemoryStorage, MovingWindowSupport, Storage, storage_from_string

log = structlog.get_logger()

SCHEME = "fallback+"
# How long a process counts alone before it tries Redis again.
ALONE_SECONDS = 5.0

T = TypeVar("T")


class FallbackStorage(Storage, MovingWindowSupport):
    """Counts in the storage behind ``fallback+redis://…``; in memory while that fails."""

    STORAGE_SCHEME = [f"{SCHEME}redis"]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: Any):
        super().__init__(uri, wrap_exceptions)
        self._uri, self._options = uri.removeprefix(SCHEME), options
        self._redis: Any = None
        self._memory = MemoryStorage()
        self._alone_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """The exceptions that callers may see: none of Redis."""
        return RuntimeError

    def _do(self, operation: Callable[[Any], T]) -> T:
        """``operation`` on Redis, or in memory when it fails or has just failed."""
        if time.monotonic() >= self._alone_until:
            try:
                if self._redis is None:
                    self._redis = storage_from_string(self._uri, **self._options)
                return operation(self._redis)
            except Exception as error:
                # Whatever the error is, people must be able to sign up: for now each process counts alone.
                log.warning("limits-counted-alone", error=repr(error))
                self._alone_until = time.monotonic() + ALONE_SECONDS
        return operation(self._memory)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """As Storage.incr."""
        return self._do(lambda storage: int(storage.incr(key, expiry, amount)))

    def get(self, key: str) -> int:
        """As Storage.get."""
        return self._do(lambda storage: int(storage.get(key)))

    def get_expiry(self, key: str) -> float:
        """As Storage.get_expiry."""
        return self._do(lambda storage: float(storage.get_expiry(key)))

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """As MovingWindowSupport.acquire_entry."""
        return self._do(lambda storage: bool(storage.acquire_entry(key, limit, expiry, amount)))

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """As MovingWindowSupport.get_moving_window."""

        def window(storage: Any) -> tuple[float, int]:
            start, count = storage.get_moving_window(key, limit, expiry)
            return float(start), int(count)

        return self._do(window)

    def check(self) -> bool:
        """True: there is always somewhere to count."""
        return True

    def reset(self) -> int | None:
        """Delete every count, here and in Redis."""
        self._memory.reset()
        return self._do(lambda storage: storage.reset() if storage is not self._memory else None)

    def clear(self, key: str) -> None:
        """Delete the count of ``key``, here and in Redis."""
        self._memory.clear(key)
        self._do(lambda storage: storage.clear(key))
