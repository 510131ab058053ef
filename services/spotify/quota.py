"""How much an app may ask: until when it must keep still, and how much of a day's budget is left (spotify-api.md 1.9).

Both are kept in the library under the client id, so that a restart or another process resets nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from services.errors import UpstreamRateLimited
from services.spotify.refusals import SERVICE, pause
from storage import spotify_limits
from storage.engine import Storage
from storage.instants import instant
from storage.values import SpotifyPause

log = structlog.stdlib.get_logger(__name__)

OF_A_KIND = 500
"""Calls of one kind that are planned with, in 24 hours."""
IN_ALL = 900
"""Calls of all kinds that are planned with, in 24 hours."""
BUCKETS = 24
_HOUR = 3600
_SELDOM = 2.0
"""Seconds for which counts are gathered before they are written."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What was asked in the last 24 hours, by kind, and what is left of the plan."""

    calls: dict[str, int]

    @property
    def in_all(self) -> int:
        return sum(self.calls.values())

    def left(self, kind: str) -> int:
        """Calls of this kind that can be planned."""
        return max(0, min(OF_A_KIND - self.calls.get(kind, 0), IN_ALL - self.in_all))


class Quota:
    """The budget of one app (client id) for all listeners and processes."""

    def __init__(self, storage: Storage, client_id: str, *, clock: Callable[[], float] = time.time) -> None:
        self.client_id = client_id
        self._storage = storage
        self._clock = clock
        self._unwritten: Counter[str] = Counter()
        self._written_at = 0.0

    async def permit(self, kind: str) -> None:
        """Count a call that is about to be sent. Raises :class:`UpstreamRateLimited` while the app must keep still."""
        held = await self.paused()
        if held is not None:
            raise pause(held.blocked_until, held.reason)
        self._unwritten[kind] += 1
        if self._clock() - self._written_at >= _SELDOM:
            await self.write()

    async def paused(self) -> SpotifyPause | None:
        """Until when the app must keep still and why; None: it may ask."""
        async with self._storage.read() as conn:
            held = await spotify_limits.pause(conn, self.client_id)
        return held if held and held.blocked_until > self._clock() else None

    async def hold(self, told: UpstreamRateLimited, kind: str) -> None:
        """Keep still until the time that Spotify told; an end that is known and later stays."""
        known = await self.paused()
        if known is not None and known.blocked_until >= told.retry_at:
            return
        held = SpotifyPause(told.retry_at, told.code or "rate_limited", kind, instant())
        async with self._storage.write() as conn:
            await spotify_limits.keep_pause(conn, self.client_id, held)
        log.warning("spotify paused", reason=held.reason, kind=kind, seconds=round(told.retry_at - self._clock()))

    async def budget(self) -> Budget:
        """What was asked and what is left."""
        await self.write()
        async with self._storage.read() as conn:
            since = self._hour() - BUCKETS + 1
            return Budget(await spotify_limits.counted(conn, self.client_id, since=since))

    async def require(self, kind: str, calls: int) -> None:
        """Refuse work that needs more calls than are left of the day's plan, before it begins.

        Raises :class:`UpstreamRateLimited` with ``quota_exhausted``; ``retry_at`` is when the oldest hour falls out.
        """
        held = await self.paused()
        if held is not None:
            raise pause(held.blocked_until, held.reason)
        left = (await self.budget()).left(kind)
        if calls > left:
            next_hour = (self._hour() + 1) * _HOUR
            raise UpstreamRateLimited(
                SERVICE,
                f"This needs {calls:,} questions to Spotify, and {left:,} are left of what an app may ask in a day.",
                next_hour,
                "Ask for less at once, or try again in some hours: the budget comes back hour by hour.",
                code="quota_exhausted",
            )

    async def write(self) -> None:
        """Write down what was counted and not written yet."""
        counted, self._unwritten = self._unwritten, Counter()
        self._written_at = self._clock()
        if not counted:
            return
        hour = self._hour()
        async with self._storage.write() as conn:
            await spotify_limits.count(conn, self.client_id, hour, counted, keep_from=hour - 2 * BUCKETS)

    def _hour(self) -> int:
        return int(self._clock()) // _HOUR
