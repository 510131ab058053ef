"""The door to auto-sync: whether it can run, what it would do, what became of what it asked for, and its job."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

import structlog

from services.autosync import held, settling
from services.autosync.outlook import Outlook, Parts, Unreadable, look
from services.autosync.run import Ended, Run
from services.errors import LockgrooveError, NotConnected, UpstreamRateLimited
from services.events import ArrivalsChanged, DownloadsChanged
from services.jobs import JobResult, Work
from services.jobs.work import Stop
from services.spotify.connect import Spotify
from services.spotify.library import LibraryJob
from storage import autosync as rows
from storage import short_lived
from storage.short_lived import Kind
from storage.values import User, UserId
from storage.values.autosync import AutosyncState, AutosyncTrack

log = structlog.stdlib.get_logger(__name__)

AUTOSYNC = "autosync"
"""The name of its kind of job."""
UNAVAILABLE = "AutoSync worker unavailable"
"""What the contract says where it is not set up (harmony-contract.md section 5)."""
SET_UP = "It needs Spotify, slskd and Plex or beets; `lockgroove doctor` tells what is missing."
_PLAN_FOR = 120.0
"""Seconds for which a plan is good, so that its pages agree."""
_LEASE = 7200.0
"""Seconds that a run keeps others away, should it die and not be gone on with."""
_PAUSE = 1.0
_IDLE = 60.0


@dataclass(frozen=True, slots=True)
class AutosyncCounts:
    """How many tracks are in each state; ``skipped`` of the failed ones are not looked for any more."""

    states: dict[AutosyncState, int]
    skipped: int


class Autosync:
    """Auto-sync is the owner's: slskd, Plex and beets are those of the installation."""

    def __init__(self, parts: Parts, spotify: Spotify, owner: User) -> None:
        self._parts = parts
        self._spotify = spotify
        self._owner = owner
        self._plans: dict[UserId, tuple[float, asyncio.Task[Outlook]]] = {}

    async def is_ready(self, user_id: UserId) -> bool:
        """Whether Spotify is signed in to, slskd set up, and Plex or beets; asks none of them but beets."""
        if user_id != self._owner.id or not self._parts.soulseek.is_configured:
            return False
        if not (await self._spotify.status(user_id)).ready:
            return False
        return self._parts.plex.is_configured or await self._has_beets()

    async def _has_beets(self) -> bool:
        try:
            return await held.has_beets(self._parts.beets)
        except LockgrooveError:
            return False

    async def plan(self, user_id: UserId) -> Outlook:
        """What a run would do now, found anew every two minutes. Raises :class:`NotConnected`, and what reading Plex or beets
        does.
        """
        if user_id != self._owner.id:
            raise NotConnected(AUTOSYNC, UNAVAILABLE, SET_UP)
        began, planning = self._plans.get(user_id, (0.0, None))
        if planning is None or planning.cancelled() or time.monotonic() - began > _PLAN_FOR or _has_failed(planning):
            planning = asyncio.create_task(self._look(user_id))
            planning.add_done_callback(_has_failed)
            self._plans[user_id] = time.monotonic(), planning
        return await asyncio.shield(planning)

    async def _look(self, user_id: UserId) -> Outlook:
        try:
            return await look(self._parts, user_id)
        except Unreadable as trouble:
            raise trouble.error from trouble

    def forget_plan(self) -> None:
        """It is another one now."""
        self._plans.clear()

    async def page(
        self, user_id: UserId, states: Collection[AutosyncState] = (), *, limit: int = 50, offset: int = 0
    ) -> list[AutosyncTrack]:
        """What was looked for, in these states (none: in any), the last changed first."""
        async with self._parts.storage.read() as conn:
            return await rows.page(conn, user_id, states or tuple(AutosyncState), limit=limit, offset=offset)

    async def counts(self, user_id: UserId) -> AutosyncCounts:
        """How many tracks are where."""
        async with self._parts.storage.read() as conn:
            return AutosyncCounts(*await rows.counts(conn, user_id))

    async def retry_skipped(self, user_id: UserId) -> int:
        """Look again, with the next run, for what failed too often; how many that are."""
        async with self._parts.storage.write() as conn:
            found = await rows.retry_skipped(conn, user_id)
        self.forget_plan()
        return found

    # --- a run

    async def read(self, work: Work, source: str, *, trouble: LockgrooveError | None = None) -> Ended:
        """A run, as a job or a part of one. ``source`` is "manual" or "scheduled"; ``trouble`` is why Spotify could not be read
        just before, which ends it. Raises :class:`NotConnected` where it is not set up, or runs already.
        """
        user_id = UserId(work.job.user_id)
        if not await self.is_ready(user_id):
            raise NotConnected(AUTOSYNC, UNAVAILABLE, SET_UP)
        await self._take(work)
        try:
            await settling.settle(self._parts.storage, self._parts.events, user_id)
            run = Run(self._parts, work, source)
            ended = await (run.run() if trouble is None else run.ended_early("spotify", trouble))
        except BaseException:
            if work.stop in (None, Stop.CANCELLED):
                await asyncio.shield(self._let_go(user_id))
            raise
        await self._let_go(user_id)
        self.forget_plan()
        return ended

    async def _take(self, work: Work) -> None:
        """One run at a time (harmony-contract.md section 5); a job that goes on has its own name there already."""
        key = f"{AUTOSYNC} {work.job.user_id}"
        async with self._parts.storage.write() as conn:
            if await short_lived.get(conn, Kind.RUN, key) not in (None, work.job.id):
                raise NotConnected(AUTOSYNC, "Auto-sync runs already.", "Its entries in the feed tell how it goes.")
            await short_lived.put(conn, Kind.RUN, key, work.job.id, seconds=_LEASE)

    async def _let_go(self, user_id: UserId) -> None:
        async with self._parts.storage.write() as conn:
            await short_lived.forget(conn, Kind.RUN, f"{AUTOSYNC} {user_id}")

    # --- what becomes of it

    async def settle(self, user_id: UserId) -> int:
        """Note what became of what was asked for; how many tracks changed."""
        return await settling.settle(self._parts.storage, self._parts.events, user_id)

    async def run(self) -> None:
        """Note it whenever downloads or arrivals move, until cancelled."""
        with self._parts.events.subscribe(DownloadsChanged, ArrivalsChanged, size=8) as told:
            while True:
                with suppress(LockgrooveError):
                    await self.settle(self._owner.id)
                is_stirred = await told.next(_IDLE) is not None
                if is_stirred:
                    await asyncio.sleep(_PAUSE)
                    told.drain()


class AutosyncJob:
    """The kind of job that reads the lists of Spotify and then runs auto-sync.

    Parameters: ``{"scheduled": bool}``. The result is the figures of the run. What cannot be read is a problem.
    """

    name = AUTOSYNC

    def __init__(self, autosync: Autosync, library: LibraryJob) -> None:
        self._autosync = autosync
        self._library = library

    async def run(self, work: Work) -> JobResult:
        """Both, from the checkpoint on if there is one."""
        trouble: LockgrooveError | None = None
        with work.part("spotify"):
            try:
                await self._library.read(work)
            except UpstreamRateLimited:
                raise
            except LockgrooveError as error:
                trouble = error
        with work.part("autosync"):
            source = "scheduled" if work.job.params.get("scheduled") else "manual"
            ended = await self._autosync.read(work, source, trouble=trouble)
        if ended.error:
            await work.problem(ended.service.capitalize(), ended.error)
        return JobResult(ended.figures, partial=ended.is_partial, quiet=True)


def _has_failed(planning: asyncio.Task[Outlook]) -> bool:
    return planning.done() and not planning.cancelled() and planning.exception() is not None
