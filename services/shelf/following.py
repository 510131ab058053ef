"""Refreshing the shelf by itself: after every sync, import and scan, and when something of it was changed by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from services.beets.filing import FILING
from services.errors import LockgrooveError
from services.events import (
    ArrivalsChanged,
    CollectionChanged,
    DownloadsChanged,
    Event,
    Events,
    JobChanged,
    Origin,
    PlaysChanged,
    SpotifyChanged,
    WantsChanged,
)
from services.jobs import Jobs
from services.plex.connect import Plex
from services.shelf.job import SHELF
from services.shelf.reading import plex_stamp
from storage import shelf_albums_keeping as keeping
from storage.engine import Storage
from storage.shelf_albums_sources import LOCAL, count_changed
from storage.values import ShelfSource, UserId

log = structlog.stdlib.get_logger(__name__)

QUIET = 5.0
"""Seconds without news after which it is time: a sync tells of every page."""
LATEST = 120.0
"""Seconds after which it is time although news still come in."""
SCANS = 60.0
"""Seconds between two looks at whether Plex was looked at."""
LIBRARY = 3600.0
"""Seconds between two looks at what other processes may have brought."""
_FILES = (ShelfSource.BEETS, ShelfSource.PLEX, ShelfSource.ARRIVALS, ShelfSource.DOWNLOADS)
_TOUCHED: dict[type[Event], tuple[ShelfSource, ...]] = {
    CollectionChanged: (ShelfSource.RECORDS,),
    WantsChanged: (ShelfSource.WANTS,),
    SpotifyChanged: (ShelfSource.SPOTIFY,),
    PlaysChanged: (ShelfSource.PLAYS, ShelfSource.SPOTIFY),
    DownloadsChanged: (ShelfSource.DOWNLOADS,),
    ArrivalsChanged: (ShelfSource.ARRIVALS,),
}
"""What is to be read again after each kind of news."""
_AFTER: dict[str, tuple[ShelfSource, ...]] = {
    FILING: _FILES,
}
"""What is to be read again at the end of each kind of job, beyond its news; a sync has it done itself."""


class ShelfFollower:
    """Starts the job for whoever has news. What it cannot start now (a refresh runs) it starts afterwards."""

    def __init__(self, storage: Storage, jobs: Jobs, events: Events, plex: Plex, owner_id: UserId) -> None:
        self._storage = storage
        self._jobs = jobs
        self._events = events
        self._plex = plex
        self._owner_id = owner_id
        self._waiting: dict[UserId, dict[ShelfSource, None]] = {}

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(), name="shelf follower")
            group.create_task(self._look_at_plex(), name="shelf and Plex")
            group.create_task(self._look_at_library(), name="shelf and library")

    async def _follow(self) -> None:
        clock = asyncio.get_running_loop().time
        # What a process changed that runs no jobs nobody else follows.
        with self._events.subscribe(*_TOUCHED, JobChanged, size=2048, also=frozenset({Origin.RESTING})) as told:
            begun = due = 0.0
            while True:
                if not self._waiting:
                    event = await anext(told, None)
                    if event is None:
                        return
                    begun = clock()
                else:
                    event = await told.next(max(0.0, due - clock()))
                if event is not None and self._is_news(event):
                    due = min(clock() + QUIET, begun + LATEST)
                if self._waiting and clock() >= due:
                    await self._start()
                    begun = due = clock() + QUIET

    def _is_news(self, event: Event) -> bool:
        if isinstance(event, JobChanged):
            job = event.job
            if job.state.is_active or job.kind not in _AFTER:
                return False
            self._want(UserId(job.user_id), _AFTER[job.kind])
        else:
            self._want(getattr(event, "user_id"), _TOUCHED[type(event)])  # noqa: B009 - all of these have one
        return True

    def _want(self, user_id: UserId, sources: Iterable[ShelfSource]) -> None:
        self._waiting.setdefault(user_id, {}).update(dict.fromkeys(sources))

    async def _start(self) -> None:
        for user_id, sources in list(self._waiting.items()):
            params = {"scheduled": True, "sources": [each.value for each in sources]}
            try:
                _, is_attached = await self._jobs.start(SHELF, user_id, params)
            except LockgrooveError as error:
                log.warning("the shelf could not be refreshed", error=error.message)
                continue
            if not is_attached:
                del self._waiting[user_id]

    async def _look_at_library(self) -> None:
        """See whether the owner's library has what the shelf has not: another process may have fetched it."""
        pause = QUIET
        while True:
            await asyncio.sleep(pause)
            pause = LIBRARY
            try:
                async with self._storage.read() as conn:
                    news = [each for each in LOCAL if await count_changed(conn, self._owner_id, each)]
                if news:
                    self._want(self._owner_id, news)
                    await self._start()
            except LockgrooveError as error:
                log.info("the shelf does not hear of the library", error=error.message)

    async def _look_at_plex(self) -> None:
        """See whether Plex says that something changed, each time it was looked at."""
        looked = 0.0
        while True:
            await asyncio.sleep(SCANS)
            try:
                at = (await self._plex.scans.state()).at if self._plex.is_configured else looked
                if at > looked:
                    stamp = plex_stamp(await self._plex.music())
                    async with self._storage.read() as conn:
                        known = await keeping.stamp(conn, self._owner_id, ShelfSource.PLEX)
                    looked = at
                    if stamp and stamp != known:
                        self._want(self._owner_id, [ShelfSource.PLEX])
                        await self._start()
            except LockgrooveError as error:
                log.info("the shelf does not hear of Plex", error=error.message)
