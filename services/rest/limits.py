"""How often one address may ask (discogsography-contract.md section 4).

A route says its limit in one line below the line that makes it a route::

    @router.post("/api/sync", status_code=202, responses=faults(429))
    @limited("2/10 minutes")
    async def start_sync(caller: Caller, runtime: RuntimePart) -> SyncStarted: ...

Only requests that passed authentication and validation count, a refused one included; who comes through the owner's
socket has no address and is never refused. The window is fixed and starts with the first request that counts.
"""

from __future__ import annotations

import functools
import inspect
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, ParamSpec, TypeVar, cast

import structlog
from fastapi import Depends, Request
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from services.proxies import address_of
from services.rest.errors import TooMany
from services.runtime import Runtime
from services.shared_counts import PAUSE, SharedStorage

P = ParamSpec("P")
T = TypeVar("T")
MOST_ADDRESSES = 10_000
"""Addresses that are remembered per process; the one that was silent for longest is forgotten first."""
_SET_BACK = 1.0
"""Seconds beyond which a window does not end by itself in its time."""

log = structlog.stdlib.get_logger(__name__)


class Limits:
    """The counters of one surface: in this process or, with ``redis_url``, shared by all that name the same ``prefix``.

    A Redis that fails is replaced by this process's own counters until it answers again.
    """

    def __init__(self, redis_url: str | None = None, *, prefix: str = "") -> None:
        self._own = MemoryStorage()
        self._here = FixedWindowRateLimiter(self._own)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._redis = SharedStorage(redis_url, f"lockgroove:limit:{prefix}") if redis_url else None
        self._shared = FixedWindowRateLimiter(self._redis.counters) if self._redis else None
        self._redis_from = 0.0

    async def count(self, limit: RateLimitItem, what: str, address: str) -> None:
        """Count one request for ``what`` from ``address``; raises :class:`TooMany` for the one past the limit."""
        if self._shared is not None and time.monotonic() >= self._redis_from:
            try:
                await _count(self._shared, limit, what, address)
            except StorageError as error:
                self._redis_from = time.monotonic() + PAUSE
                log.warning("rate_limits_not_shared", error=type(error.storage_error).__name__)
            else:
                return
        await self._make_room(limit.key_for(what, address))
        await _count(self._here, limit, what, address)

    async def close(self) -> None:
        """Let go of Redis."""
        if self._redis is not None:
            await self._redis.close()

    async def _make_room(self, key: str) -> None:
        self._known[key] = None
        self._known.move_to_end(key)
        while len(self._known) > MOST_ADDRESSES:
            forgotten, _ = self._known.popitem(last=False)
            await self._own.clear(forgotten)


def limited(rate: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Refuse more than ``rate`` (such as ``3/minute``, ``2/10 minutes``) of these requests from one address with 429.

    The routes that name the same function share one count; the order of decorators is the one shown above.
    """
    limit = parse(rate)

    def decorate(answer: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        what = f"{answer.__module__}.{answer.__qualname__}"

        @functools.wraps(answer)
        async def counted(*args: P.args, **kwargs: P.kwargs) -> T:
            count = cast("_Counter", kwargs.pop(_PARAMETER))
            await count(limit, what)
            return await answer(*args, **kwargs)

        # FastAPI validates everything that a signature asks for, then calls: so the count comes after validation.
        asked = inspect.signature(answer, eval_str=True)
        counter = inspect.Parameter(_PARAMETER, inspect.Parameter.KEYWORD_ONLY, annotation=_CounterPart)
        signed = asked.replace(parameters=[*asked.parameters.values(), counter])
        counted.__signature__ = signed  # pyright: ignore[reportAttributeAccessIssue]
        return counted

    return decorate


_PARAMETER = "counted_request"
_Counter = Callable[[RateLimitItem, str], Awaitable[None]]


async def _counter(request: Request) -> _Counter:
    async def count(limit: RateLimitItem, what: str) -> None:
        if request.client is None or not request.client.host:
            return  # the owner's socket
        runtime: Runtime = request.app.state.runtime
        forwarded = request.headers.getlist("x-forwarded-for")
        address = address_of(request.client.host, forwarded, runtime.settings.trusted_proxies)
        limits: Limits = request.app.state.limits
        await limits.count(limit, what, address)

    return count


_CounterPart = Annotated[_Counter, Depends(_counter)]


async def _count(counters: FixedWindowRateLimiter, limit: RateLimitItem, what: str, address: str) -> None:
    if await counters.hit(limit, what, address):
        return
    stats = await counters.get_window_stats(limit, what, address)
    if stats.reset_time > time.time() + limit.get_expiry() + _SET_BACK:  # the clock was: the window lies in the future
        await counters.clear(limit, what, address)
        return
    wait = max(1, math.ceil(stats.reset_time - time.time()))
    raise TooMany(
        f"Rate limit exceeded: {limit}",
        "Too many of these requests came from this address.",
        f"Try again in {wait} s.",
        retry_after=wait,
        headers={
            "X-RateLimit-Limit": str(limit.amount),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(math.ceil(stats.reset_time)),
        },
    )
