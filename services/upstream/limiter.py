"""The line in front of an outside service: who may ask when.

One :class:`Limiter` per (service, credential). It keeps a moving window, lets a person's calls go before background
work, and is steered by what the service itself says in its headers.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import itertools
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import httpx
import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, Storage
from limits.util import WindowStats

from services import measuring
from services.errors import UpstreamRateLimited
from services.shared_counts import SharedStorage, Window

log = structlog.get_logger(__name__)

_SLACK = 0.02
"""Seconds added to every wait, so that the oldest request has really left the window when we look again."""
_SET = 1.0
"""Seconds by which the time of day and the steady one come apart only where somebody sets the clock."""
_LONGEST_FIRST_WAITS = 60.0
"""Cap of a wait that we compute ourselves after a 429, in seconds: a minute of silence clears every window we know."""


class Priority(IntEnum):
    """Who goes first: a person who waits, then background work."""

    INTERACTIVE = 0
    BACKGROUND = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from; tests bring their own so that nothing has to wait.

    ``now`` is the time of day, which somebody may set; ``steady`` only ever goes forward, a second in a second.
    """

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    steady: Callable[[], float] = time.monotonic

    @classmethod
    def by(cls, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> Clock:
        """One whose time of day nobody sets."""
        return cls(now, sleep, now)


@dataclass(frozen=True, slots=True)
class Manners:
    """How a service wants to be asked.

    ``limit`` requests per ``window`` seconds (moving). ``domain`` is where the service itself lives; any other address
    is a mirror, a proxy or a simulated service. ``limit_header`` and ``remaining_header`` are the response headers
    that say the same, empty if it has none. ``margin`` is the share of a limit that is left unused; ``first_wait`` the
    seconds to pause after a 429 that names no time. ``burst`` is how many may follow within a second, 0: any number.
    """

    service: str
    limit: int
    window: int
    domain: str
    limit_header: str = ""
    remaining_header: str = ""
    margin: float = 0.03
    first_wait: float = 5.0
    burst: int = 0

    def is_home(self, url: str) -> bool:
        """Whether ``url`` is an address of the service itself."""
        host = httpx.URL(url).host
        return host == self.domain or host.endswith(f".{self.domain}")


class _Budget(RateLimitItemPerSecond):
    """A moving window whose key does not change when the service changes its limit."""

    def key_for(self, *identifiers: bytes | str | float) -> str:
        return "/".join(str(part) for part in identifiers)


class Limiter:
    """The line in front of one service for one credential.

    Which limit holds: the number in the service's own header once one was seen, else :attr:`Manners.limit`, both less
    the margin. An address other than the service's own that sends no such header has no limit (a simulated service
    without one), until it answers 429 for the first time. Background work leaves a few requests of every window to
    the person.
    """

    def __init__(
        self,
        manners: Manners,
        base_url: str,
        credential: str | None = None,
        *,
        storage: Storage | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.manners = manners
        self.clock = clock or Clock()
        self.waiting_until: float | None = None
        """Unix seconds while the line is held; shown as a wait."""
        self._at_home = manners.is_home(base_url)
        self._limit: int | None = manners.limit
        self._key = f"lockgroove/{manners.service}/{fingerprint(credential)}"
        self._window = Window(manners.service, storage)
        self._held_until = 0.0
        self._offset = self.clock.now() - self.clock.steady()
        self._line: list[tuple[int, int]] = []
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self._listeners: list[Callable[[float | None], None]] = []

    def on_wait(self, listener: Callable[[float | None], None]) -> Callable[[], None]:
        """Call ``listener`` with every new :attr:`waiting_until`; returns what ends that. It must not block."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def turn(self, priority: Priority, wait_limit: float, action: str) -> None:
        """Return when a request may be sent now; it then counts.

        Raises :class:`UpstreamRateLimited` as soon as it is known that the turn would come later than ``wait_limit``
        seconds from now. Cancelling leaves the line.
        """
        ticket = (int(priority), next(self._numbers))
        came = self.clock.steady()
        heapq.heappush(self._line, ticket)
        self._wake()
        try:
            while True:
                changed = self._changed
                deadline = self.clock.now() + wait_limit - (self.clock.steady() - came)
                free_at = await self._free_at(priority) if self._line[0] == ticket else deadline
                if free_at is None:
                    return
                if self._line[0] == ticket:
                    self._show(free_at)
                if free_at > deadline or self.clock.now() >= deadline:
                    raise self._too_long(max(free_at, self.waiting_until or 0.0), action)
                await self._pause(free_at, changed)
        finally:
            measuring.upstream_waited(self.manners.service, max(0.0, self.clock.steady() - came))
            self._line.remove(ticket)
            heapq.heapify(self._line)
            if not self._line:
                self._show(None)
            self._wake()

    async def heed(self, headers: Mapping[str, str], *, success: bool) -> None:
        """Let the service's headers steer: its limit replaces ours, and nearly nothing left holds the line."""
        limit, remaining = (
            _number(headers, name) for name in (self.manners.limit_header, self.manners.remaining_header)
        )
        if limit:
            self._change_limit(limit)
        elif success and not self._at_home:
            self._change_limit(None)
        if limit and remaining is not None and remaining <= limit - self._allowed(limit):
            self._hold((await self._stats(self._budget(limit))).reset_time + _SLACK)

    def refused(self, retry_after: float | None, tries: int) -> None:
        """The service answered 429: hold the line for ``retry_after`` seconds, or for a computed time that doubles."""
        if self._limit is None:
            self._limit = self.manners.limit
        wait = retry_after
        if wait is None:
            doubled = self.manners.first_wait * 2 ** (tries - 1)
            wait = min(doubled * random.uniform(1.0, 1.25), max(_LONGEST_FIRST_WAITS, self.manners.first_wait))
        self._hold(self.clock.now() + wait)

    @property
    def free_from(self) -> float:
        """Unix seconds from which the line is known not to be held by the service."""
        return max(self._held_until, self.clock.now())

    def _allowed(self, limit: int) -> int:
        return max(1, math.floor(limit * (1 - self.manners.margin)))

    def _budget(self, limit: int) -> _Budget:
        return _Budget(self._allowed(limit), self.manners.window)

    async def _free_at(self, priority: Priority) -> float | None:
        """When to look again, or None: the turn has come (and was counted)."""
        self._follow_the_clock()
        if self._held_until > self.clock.now():
            return self._held_until
        if self._limit is None:
            return None
        budget = self._budget(self._limit)
        kept_free = budget.amount // 12 if priority is Priority.BACKGROUND else 0
        stats = await self._stats(budget)
        if stats.remaining > kept_free:
            if again := await self._too_fast():
                return again
            if await self._window.hit(budget, self._key):
                return None
        return max(stats.reset_time, self.clock.now()) + _SLACK

    async def _too_fast(self) -> float | None:
        """When to look again because too many follow each other; None: they do not, and this one was counted."""
        if not self.manners.burst:
            return None
        second, key = _Budget(self.manners.burst, 1), f"{self._key}/second"
        if await self._window.hit(second, key):
            return None
        return max((await self._stats(second, key)).reset_time, self.clock.now()) + _SLACK

    def _follow_the_clock(self) -> None:
        """Where the time of day was set, what was to be waited for is as far away as before."""
        offset = self.clock.now() - self.clock.steady()
        if abs(offset - self._offset) > _SET:
            log.info("clock_was_set", service=self.manners.service, seconds=round(offset - self._offset))
            self._held_until += offset - self._offset
            self._offset = offset

    async def _stats(self, budget: _Budget, key: str = "") -> WindowStats:
        key = key or self._key
        stats = await self._window.stats(budget, key)
        if stats.reset_time > self.clock.now() + budget.get_expiry() + _SET:
            # The clock was set back and the window is full of the future: the service's headers know better.
            await self._window.clear(budget, key)
            stats = await self._window.stats(budget, key)
        return stats

    async def _pause(self, until: float, changed: asyncio.Event) -> None:
        """Sleep until ``until`` or until the line changes."""
        nap = asyncio.ensure_future(self.clock.sleep(max(0.0, until - self.clock.now())))
        news = asyncio.ensure_future(changed.wait())
        try:
            await asyncio.wait((nap, news), return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
            news.cancel()
            await asyncio.gather(nap, news, return_exceptions=True)

    def _hold(self, until: float) -> None:
        if until > self._held_until:
            self._held_until = until
            self._wake()

    def _change_limit(self, limit: int | None) -> None:
        if limit != self._limit:
            self._limit = limit
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _show(self, until: float | None) -> None:
        if until != self.waiting_until:
            self.waiting_until = until
            for listener in self._listeners:
                listener(until)

    def _too_long(self, retry_at: float, action: str) -> UpstreamRateLimited:
        seconds = max(1, round(retry_at - self.clock.now()))
        return UpstreamRateLimited(
            self.manners.service,
            f"{self.manners.service} allows the next request in {seconds} s; it was not asked to {action}.",
            retry_at=retry_at,
            hint="Nothing is lost: a running job goes on by itself at that time; otherwise try again then.",
        )


class Limiters:
    """The limiters of this process, one per (service, credential).

    With ``redis_url`` the windows are counted in Redis, shared by every process that uses it; credentials appear there
    only as fingerprints.
    """

    def __init__(self, redis_url: str | None = None, *, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._shared = SharedStorage(redis_url, "lockgroove:upstream") if redis_url else None
        self._storage: Storage = self._shared.counters if self._shared else MemoryStorage()
        self._limiters: dict[tuple[str, bytes, str], Limiter] = {}

    def of(self, manners: Manners, base_url: str, credential: str | None = None) -> Limiter:
        """The limiter of this service at this address for this credential (None: without one)."""
        key = (manners.service, httpx.URL(base_url).netloc, fingerprint(credential))
        if key not in self._limiters:
            self._limiters[key] = Limiter(manners, base_url, credential, storage=self._storage, clock=self._clock)
        return self._limiters[key]

    async def close(self) -> None:
        """Let go of Redis."""
        if self._shared is not None:
            await self._shared.close()


def fingerprint(credential: str | None) -> str:
    """What a credential is called where it must not be shown."""
    return hashlib.sha256(credential.encode()).hexdigest()[:16] if credential else "none"


def _number(headers: Mapping[str, str], name: str) -> int | None:
    try:
        return int(headers[name]) if name else None
    except (KeyError, ValueError):
        return None
