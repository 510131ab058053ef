"""Counters that several processes share through Redis, and what a process does while Redis does not answer: it counts alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from limits.util import WindowStats

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

PATIENCE = 0.5
"""Seconds that Redis may take to answer."""
PAUSE = 10.0
"""Seconds after which a Redis that failed is asked again."""

log = structlog.get_logger(__name__)


class SharedStorage:
    """Counters in the Redis at ``redis_url``, under ``prefix``; ``counters`` is what strategies take."""

    def __init__(self, redis_url: str, prefix: str) -> None:
        self._pool = _pool(redis_url)
        self.counters: Storage = RedisStorage(
            f"async+{redis_url}",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix=prefix,
            connection_pool=self._pool,  # pyright: ignore[reportArgumentType]
        )

    async def close(self) -> None:
        """Let go of Redis."""
        await self._pool.aclose()


class Window:
    """Moving windows of one service: in ``shared`` while that answers, else in this process. Asks again after a while."""

    def __init__(self, service: str, shared: Storage | None) -> None:
        self._service = service
        self._shared = None if shared is None else MovingWindowRateLimiter(shared)
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared_from = 0.0

    async def hit(self, budget: RateLimitItem, key: str) -> bool:
        """Count one under ``key``; False, and nothing counted, if the window is full."""
        if shared := self._answering():
            try:
                return await shared.hit(budget, key)
            except StorageError as error:
                self._failed(error)
        return await self._own.hit(budget, key)

    async def stats(self, budget: RateLimitItem, key: str) -> WindowStats:
        """How many are left under ``key``, and when the oldest leaves the window."""
        if shared := self._answering():
            try:
                return await shared.get_window_stats(budget, key)
            except StorageError as error:
                self._failed(error)
        return await self._own.get_window_stats(budget, key)

    async def clear(self, budget: RateLimitItem, key: str) -> None:
        """Forget what was counted under ``key``."""
        if shared := self._answering():
            try:
                await shared.clear(budget, key)
            except StorageError as error:
                self._failed(error)
        await self._own.clear(budget, key)

    def _answering(self) -> MovingWindowRateLimiter | None:
        return self._shared if time.monotonic() >= self._shared_from else None

    def _failed(self, error: StorageError) -> None:
        self._shared_from = time.monotonic() + PAUSE
        log.warning("limits_not_shared", service=self._service, error=type(error.storage_error).__name__)


def _pool(redis_url: str) -> ConnectionPool:
    # A client of 10 MB that a single process never needs.
    from redis.asyncio import ConnectionPool
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    impatient = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    return ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
        redis_url, retry=Retry(NoBackoff(), 0), **impatient
    )
