"""The schedule: starts job kinds when their cron expressions come due, and catches up once on what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.cron import last_due, next_due
from services.errors import LockgrooveError, StoreError
from storage import jobs
from storage import schedules as rows
from storage.engine import Storage
from storage.instants import from_seconds
from storage.values import Document, Job, UserId

LONGEST_NAP = 30.0
"""Seconds between two looks at most: the clock may jump and the expression may change."""
SHORTEST_NAP = 1.0
"""Seconds between two looks while more users are due than there is room for."""
CLOCKS_DIFFER = 60.0
"""Seconds by which the clocks of two machines may differ; a due time further ahead shows that the clock was set back."""
MOST_QUEUED = 8
"""Runs of a kind that wait to be taken up, beyond which no further ones are started."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Regular:
    """A job kind that runs by itself. ``expression`` is asked each time (empty: never), ``ready`` before each run."""

    kind: str
    expression: Callable[[], str]
    ready: Callable[[UserId], Awaitable[bool]]
    params: Document


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A run to come. ``due_at`` is an instant; ``ready`` is False while nothing is connected that it could work on."""

    kind: str
    due_at: str
    expression: str
    ready: bool
    last_due_at: str | None


class Schedule:
    """The regular jobs of all users. Several processes look at it; the row of each user and kind decides who starts a run.

    Where many users are due at once their runs start little by little, as fast as earlier ones are taken up: a run that
    somebody asks for waits behind a few of them, not behind all. ``now`` is the wall clock; ``started`` is called
    after jobs were queued.
    """

    def __init__(self, storage: Storage, now: Callable[[], float], started: Callable[[], None]) -> None:
        self._storage = storage
        self._now = now
        self._started = started
        self._regular: dict[str, Regular] = {}
        self._latest: dict[str, tuple[datetime, datetime | None]] = {}
        self._is_behind = False
        self._changed = asyncio.Event()

    def add(self, regular: Regular) -> None:
        """Run this kind by itself from now on."""
        self._regular[regular.kind] = regular
        self._changed.set()

    def look(self) -> None:
        """The expressions or the connections are others; look again now."""
        self._changed.set()

    async def upcoming(self, user_id: UserId) -> list[Upcoming]:
        """The next run of each regular kind for this user, soonest first."""
        found: list[Upcoming] = []
        for regular in self._regular.values():
            async with self._storage.read() as connection:
                last = await rows.last_due(connection, user_id, regular.kind)
            due = self._due(regular, last)
            if due is not None:
                ready = await regular.ready(user_id)
                due_at = from_seconds(max(due.timestamp(), self._now()))
                found.append(Upcoming(regular.kind, due_at, regular.expression(), ready, last))
        return sorted(found, key=lambda upcoming: upcoming.due_at)

    async def run(self) -> None:
        """Start what comes due, until cancelled."""
        while True:
            self._changed.clear()
            try:
                await self.start_due()
                nap = self._nap()
            except LockgrooveError as error:
                log.warning("looking at the schedule failed; trying again", error=error.message)
                nap = LONGEST_NAP
            try:
                async with asyncio.timeout(nap):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def start_due(self) -> list[Job]:
        """Start what is due now, as far as there is room. However many runs were missed, one makes up for them."""
        started: list[Job] = []
        self._is_behind = False
        for regular in self._regular.values():
            await self._begin(regular)
            async for user_id, last in self._overdue(regular):
                job = await self._start(regular, user_id, last)
                if job is not None:
                    started.append(job)
        if started:
            self._started()
        return started

    async def _begin(self, regular: Regular) -> None:
        """Count from now on for new users, and where the clock was set back."""
        now, ahead = from_seconds(self._now()), from_seconds(self._now() + CLOCKS_DIFFER)
        async with self._storage.read() as connection:
            if await rows.is_begun(connection, regular.kind, ahead=ahead):
                return
        async with self._storage.write() as connection:
            await rows.begin(connection, regular.kind, now=now, ahead=ahead)

    async def _overdue(self, regular: Regular) -> AsyncGenerator[tuple[UserId, str]]:
        """The users who are due, the longest overdue first, while fewer than :data:`MOST_QUEUED` runs wait to be taken up."""
        latest = self._latest_due(regular)
        if latest is None:
            return
        before, seen = from_seconds(latest.timestamp()), set[UserId]()
        while True:
            async with self._storage.read() as connection:
                late = await rows.overdue(connection, regular.kind, before=before, limit=MOST_QUEUED)
                room = MOST_QUEUED - await jobs.queued(connection, regular.kind)
            late = [(user_id, last) for user_id, last in late if user_id not in seen]
            if not late:
                return
            if room <= 0:
                self._is_behind = True
                return
            for user_id, last in late[:room]:
                seen.add(user_id)
                yield user_id, last

    async def _start(self, regular: Regular, user_id: UserId, seen: str) -> Job | None:
        ready = await self._is_ready(regular, user_id)
        # Writers take turns, so of several processes that came this far one finds the row as it was.
        async with self._storage.write() as connection:
            last = await rows.last_due(connection, user_id, regular.kind)
            if last != seen:
                return None
            job = None
            if ready:
                job, _ = await jobs.start(connection, regular.kind, user_id, regular.params)
            await rows.honour(connection, user_id, regular.kind, from_seconds(self._now()), job.id if job else None)
        if job:
            log.info("scheduled job starts", kind=regular.kind, job=job.id, last_run=last)
        else:
            log.debug("scheduled job skipped, nothing is connected", kind=regular.kind)
        return job

    async def _is_ready(self, regular: Regular, user_id: UserId) -> bool:
        try:
            return await regular.ready(user_id)
        except StoreError:
            raise
        except LockgrooveError as error:  # one user's trouble keeps nobody else's runs from starting
            log.warning("scheduled job skipped", kind=regular.kind, user=user_id, error=error.message)
            return False

    def _latest_due(self, regular: Regular) -> datetime | None:
        """The latest due time that is not in the future. Found once for each: it is a search."""
        if not (expression := regular.expression()):
            return None
        now = datetime.fromtimestamp(self._now(), UTC)
        latest, following = self._latest.get(expression, (None, None))
        if latest is None or now < latest or (following is not None and now >= following):
            latest = last_due(expression, now)
            if latest is not None:
                self._latest[expression] = latest, next_due(expression, now)
        return latest

    def _due(self, regular: Regular, last: str | None) -> datetime | None:
        """The first due time after ``last``, or after now where that is missing or in the future."""
        if not (expression := regular.expression()):
            return None
        now = datetime.fromtimestamp(self._now(), UTC)
        after = now if last is None else datetime.fromisoformat(last)
        is_ahead = after.timestamp() > self._now() + CLOCKS_DIFFER
        return next_due(expression, now if is_ahead else after)

    def _nap(self) -> float:
        if self._is_behind:
            return SHORTEST_NAP
        upcoming = [self._due(regular, None) for regular in self._regular.values()]
        waits = [due.timestamp() - self._now() for due in upcoming if due is not None]
        return min([LONGEST_NAP, *(max(wait, 0.05) for wait in waits)])
