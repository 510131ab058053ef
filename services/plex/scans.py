"""Looking at Plex regularly: how much it holds, and having it scan its folders first (harmony-contract.md 17.3)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import LockgrooveError
from services.events import ActivityAdded, Events
from services.plex.totals import LibraryTotals
from storage import activity, short_lived, user_values
from storage.engine import Storage
from storage.setting_changes import PREFIX
from storage.short_lived import Kind
from storage.values import UserId

if TYPE_CHECKING:
    from services.plex.connect import Plex

log = structlog.stdlib.get_logger(__name__)

INTERVAL, INCREMENTAL = "scan_worker_interval_seconds", "scan_worker_incremental"
"""Stored settings that go before those of the program (harmony-contract.md 14.4)."""
LONGEST_NAP = 30.0
"""Seconds between two looks at whether it is time: stored settings may change meanwhile."""
TOLD_FROM = 3
"""Failures in a row from which each is told in the feed."""
_JUST_NOW = 60.0
"""Seconds within which another process's look is as good as the first one of ours."""
_LEASE = 180.0
"""Seconds that a process that looks keeps the others from it, should it die."""
_STATE = "plex_scan"


@dataclass(frozen=True, slots=True)
class ScanState:
    """When the last look began (Unix seconds, 0: never), failures in a row since one went well, and the last one's reason."""

    at: float = 0.0
    failures: int = 0
    error: str = ""


class PlexScans:
    """The regular look at Plex; whichever process comes first does it. ``now`` is the wall clock that processes share."""

    def __init__(
        self, plex: Plex, storage: Storage, events: Events, owner_id: UserId, *, now: Callable[[], float] = time.time
    ) -> None:
        self._plex = plex
        self._storage = storage
        self._events = events
        self._owner_id = owner_id
        self._now = now
        self._changed = asyncio.Event()
        self._is_running = False

    def worker_state(self) -> Literal["running", "idle", "unavailable"]:
        """For ``/status``: ``unavailable`` where Plex is not set up, ``idle`` where nothing looks by itself."""
        if not self._plex.is_configured:
            return "unavailable"
        return "running" if self._is_running else "idle"

    def look(self) -> None:
        """The settings are others: see whether it is time."""
        self._changed.set()

    async def state(self) -> ScanState:
        """How the last look went."""
        async with self._storage.read() as conn:
            return await self._kept(conn)

    async def run(self) -> None:
        """Look whenever it is time, until cancelled."""
        is_first = True
        try:
            while True:
                self._changed.clear()
                nap = LONGEST_NAP
                try:
                    if self._plex.is_configured:
                        nap = await self.turn(first=is_first)
                        is_first = False
                except LockgrooveError as error:
                    log.warning("looking at Plex failed in the library", error=error.message)
                with suppress(TimeoutError):
                    async with asyncio.timeout(nap if self._plex.is_configured else None):
                        await self._changed.wait()
        finally:
            if self._is_running:
                self._is_running = False
                with suppress(LockgrooveError):
                    async with self._storage.write() as conn:
                        await self._put(conn, **{"worker.scan.last_stop": self._instant()})

    async def turn(self, *, first: bool = False) -> float:
        """Look if it is time, and answer in how many seconds to see again. A look that fails is counted and, from the third
        in a row on, told. Raises :class:`StoreError` only.
        """
        if not self._is_running:
            self._is_running = True
            async with self._storage.write() as conn:
                await self._put(conn, **{"worker.scan.last_start": self._instant()})
        async with self._storage.read() as conn:
            interval, _ = await self._chosen(conn)
            kept = await self._kept(conn)
        if interval <= 0:
            return LONGEST_NAP
        due = kept.at + (min(_JUST_NOW, interval) if first else interval)
        if self._now() < due <= self._now() + interval:
            return min(LONGEST_NAP, due - self._now())
        if not await self._claim(kept):
            return min(LONGEST_NAP, interval)
        try:
            await self.cycle()
        except LockgrooveError as error:
            await self._failed(error)
        finally:
            async with self._storage.write() as conn:
                await short_lived.forget(conn, Kind.RUN, _STATE)
        return min(LONGEST_NAP, interval)

    async def cycle(self) -> LibraryTotals:
        """One look, now: have the libraries scanned where that is wished, count, keep the totals and how long it took. Raises
        :class:`NotConnected` and the ``Upstream*`` errors.
        """
        begun, at = time.perf_counter(), self._now()
        async with self._storage.write() as conn:
            kept = await self._kept(conn)
            await self._keep(conn, ScanState(at, kept.failures, kept.error))
            interval, incremental = await self._chosen(conn)
        if incremental:
            await self._plex.scan()
        totals = await self._plex.statistics()
        took = round((time.perf_counter() - begun) * 1000)
        async with self._storage.write() as conn:
            await self._keep(conn, ScanState(at))
            await self._put(
                conn,
                **{
                    "plex_artist_count": str(totals.artists),
                    "plex_album_count": str(totals.albums),
                    "plex_track_count": str(totals.tracks),
                    "plex_last_scan": self._instant(),
                    "metrics.scan.interval": str(interval),
                    "metrics.scan.duration_ms": str(took),
                    "metrics.scan.incremental": str(int(incremental)),
                    "worker.scan.last_seen": self._instant(),
                },
            )
        log.info("looked at Plex", artists=totals.artists, albums=totals.albums, tracks=totals.tracks, ms=took)
        return totals

    async def _failed(self, error: LockgrooveError) -> None:
        entry = None
        async with self._storage.write() as conn:
            kept = await self._kept(conn)
            failures = kept.failures + 1
            await self._keep(conn, ScanState(kept.at, failures, error.message))
            await self._put(conn, **{"worker.scan.last_seen": self._instant()})
            if failures >= TOLD_FROM:
                details = {"error": error.message, "consecutive": failures}
                entry = await activity.add(conn, self._owner_id, "metadata", "scan_failed", details)
        log.warning("looking at Plex failed", error=error.message, consecutive=failures)
        if entry is not None:
            self._events.publish(ActivityAdded(self._owner_id, entry))

    async def _claim(self, seen: ScanState) -> bool:
        """Whether this process may look now: nobody does, and nobody has since ``seen``."""
        async with self._storage.write() as conn:
            if (await self._kept(conn)).at != seen.at:
                return False
            held = await short_lived.claim(conn, Kind.RUN, _STATE, "", seconds=_LEASE, now=self._now())
        return held is None

    async def _chosen(self, conn: AsyncConnection) -> tuple[int, bool]:
        """Interval in seconds (0: never) and whether to have folders scanned first: as stored, else as set."""
        settings = self._plex.settings
        interval, incremental = settings.scan_worker_interval_seconds, settings.scan_worker_incremental
        stored = await user_values.get(conn, self._owner_id, PREFIX + INTERVAL)
        if stored and str(stored[0]).strip().isdecimal() and int(str(stored[0])) > 0:
            interval = int(str(stored[0]))
        wished = await user_values.get(conn, self._owner_id, PREFIX + INCREMENTAL)
        if wished and wished[0] is not None:
            incremental = str(wished[0]).strip().lower() in ("1", "true", "yes")
        return interval, incremental

    async def _kept(self, conn: AsyncConnection) -> ScanState:
        found = await user_values.get(conn, self._owner_id, _STATE)
        return ScanState(**found[0]) if found else ScanState()

    async def _keep(self, conn: AsyncConnection, state: ScanState) -> None:
        kept = {"at": state.at, "failures": state.failures, "error": state.error}
        await user_values.put(conn, self._owner_id, _STATE, kept)

    async def _put(self, conn: AsyncConnection, **values: str) -> None:
        """Keep what the worker tells, among the settings as they are read over REST."""
        for key, value in values.items():
            await user_values.put(conn, self._owner_id, PREFIX + key, value)

    def _instant(self) -> str:
        return datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
