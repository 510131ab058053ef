"""The schedule: starts job kinds when their cron expressions come due, and catches up once on what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.cron import next_due
from services.errors import LockgrooveError
from storage import jobs as rows
from storage.engine import Storage
from storage.instants import from_seconds
from storage.values import Document, Job, UserId

LONGEST_NAP = 30.0
"""Seconds between two looks at most: the clock may jump and the expression may change."""

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
    """The regular jobs of one user. Several processes look at it; the row of each kind decides who starts a run.

    ``now`` is the wall clock; ``started`` is called after a job was queued.
    """

    def __init__(
        self, storage: Storage, user_id: UserId, now: Callable[[], float], started: Callable[[], None]
    ) -> None:
        self._storage = storage
        self._user_id = user_id
        self._now = now
        self._started = started
        self._regular: dict[str, Regular] = {}
        self._changed = asyncio.Event()

    def add(self, regular: Regular) -> None:
        """Run this kind by itself from now on."""
        self._regular[regular.kind] = regular
        self._changed.set()

    def look(self) -> None:
        """The expressions or the connections are others; look again now."""
        self._changed.set()

    async def upcoming(self) -> list[Upcoming]:
        """The next run of each regular kind, soonest first."""
        found: list[Upcoming] = []
        for regular in self._regular.values():
            async with self._storage.read() as connection:
                last = await rows.last_due(connection, self._user_id, regular.kind)
            due = self._due(regular, last)
            if due is not None:
                ready = await regular.ready(self._user_id)
                due_at = from_seconds(max(due.timestamp(), self._now()))
                found.append(Upcoming(regular.kind, due_at, regular.expression(), ready, last))
        return sorted(found, key=lambda upcoming: upcoming.due_at)

    async def run(self) -> None:
        """Start what comes due, until cancelled."""
        while True:
            self._changed.clear()
            try:
                await self.start_due()
                nap = await self._nap()
            except LockgrooveError as error:
                log.warning("looking at the schedule failed; trying again", error=error.message)
                nap = LONGEST_NAP
            try:
                async with asyncio.timeout(nap):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def start_due(self) -> list[Job]:
        """Start what is due now. However many runs were missed, one makes up for them."""
        found = [await self._start(regular) for regular in self._regular.values()]
        started = [job for job in found if job is not None]
        if started:
            self._started()
        return started

    async def _start(self, regular: Regular) -> Job | None:
        async with self._storage.read() as connection:
            seen = await rows.last_due(connection, self._user_id, regular.kind)
        lost = seen is None or self._is_ahead(seen)
        if not lost and not self._is_due(regular, seen):
            return None
        ready = await regular.ready(self._user_id)
        # Writers take turns, so of several processes that came this far one finds the row as it was.
        async with self._storage.write() as connection:
            last = await rows.last_due(connection, self._user_id, regular.kind)
            if last != seen:
                return None
            job = None
            if ready and not lost:
                job, _ = await rows.start(connection, regular.kind, self._user_id, regular.params)
            due_at = from_seconds(self._now())
            await rows.honour(connection, self._user_id, regular.kind, due_at, job.id if job else None)
        if job:
            log.info("scheduled job starts", kind=regular.kind, job=job.id, last_run=last)
        elif not lost:
            log.info("scheduled job skipped, nothing is connected", kind=regular.kind)
        return job

    def _is_ahead(self, last: str) -> bool:
        """Whether ``last`` lies in the future: the clock was set back, and counting starts anew from now."""
        return datetime.fromisoformat(last).timestamp() > self._now() + 60

    def _is_due(self, regular: Regular, last: str | None) -> bool:
        due = self._due(regular, last)
        return due is not None and due.timestamp() <= self._now()

    def _due(self, regular: Regular, last: str | None) -> datetime | None:
        """The first due time after ``last``, or after now where that is missing or in the future."""
        if not (expression := regular.expression()):
            return None
        if last is None or self._is_ahead(last):
            return next_due(expression, datetime.fromtimestamp(self._now(), UTC))
        return next_due(expression, datetime.fromisoformat(last))

    async def _nap(self) -> float:
        upcoming = await self.upcoming()
        waits = [datetime.fromisoformat(each.due_at).timestamp() - self._now() for each in upcoming]
        return min([LONGEST_NAP, *(max(wait, 0.05) for wait in waits)])
