"""The door to durable jobs: start or attach, look, watch, cancel; and the worker and schedule of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import InvalidInput, NotFound, StoreError
from services.events import Events, JobChanged, Subscription
from services.jobs import cooldown
from services.jobs.kinds import JobKind, Timing
from services.jobs.schedule import Regular, Schedule, Upcoming
from services.jobs.worker import Worker
from storage import jobs as rows
from storage.engine import Storage
from storage.values import Document, Job, JobState, Problem, UserId

log = structlog.stdlib.get_logger(__name__)

Also = Callable[[AsyncConnection, Job], Awaitable[None]]
"""Stores something together with a job that was just started."""


class Jobs:
    """Durable jobs: one at a time per (kind, user), whichever process runs it. ``timing`` is only changed by tests."""

    def __init__(self, storage: Storage, events: Events, timing: Timing | None = None) -> None:
        self._storage = storage
        self._events = events
        self._timing = timing or Timing()
        self._kinds: dict[str, JobKind] = {}
        self._worker = Worker(storage, events, self._kinds, self._timing)
        self._looks: dict[tuple[UserId, str], tuple[float, asyncio.Task[Job]]] = {}
        self.schedule = Schedule(storage, self._timing.now, self._worker.look)

    def register(self, kind: JobKind) -> None:
        """Make this kind known: it can be started here, and run where :meth:`run` runs."""
        self._kinds[kind.name] = kind
        self._worker.look()

    def knows(self, kind: str) -> bool:
        """Whether this kind is registered."""
        return kind in self._kinds

    def regularly(
        self,
        kind: str,
        expression: Callable[[], str],
        ready: Callable[[UserId], Awaitable[bool]],
        params: Document | None = None,
    ) -> None:
        """Start ``kind`` by itself whenever ``expression()`` (cron, UTC; empty: never) comes due, for every active user
        for whom ``ready`` says so.

        A first registration waits for the next due time; runs missed while no process was up are made up for by one.
        """
        self.schedule.add(Regular(kind, expression, ready, params or {}))

    async def start(
        self, kind: str, user_id: UserId, params: Document | None = None, *, also: Also | None = None
    ) -> tuple[Job, bool]:
        """Start a job, or attach to the one of that kind and user that is active (then True comes with it).

        ``also`` stores what belongs to a job that is really started, in the same transaction; what it raises leaves
        nothing stored.
        """
        if kind not in self._kinds:
            raise InvalidInput("kind", f"There is no kind of job called {kind}.", f"Known: {', '.join(self._kinds)}.")
        async with self._storage.read() as connection:  # of hundreds who join, none need wait to write
            active = await rows.active_one(connection, kind, user_id)
        if active is not None:
            self._worker.look()
            return active, True
        async with self._storage.write() as connection:
            job, attached = await rows.start(connection, kind, user_id, params)
            if also is not None and not attached:
                await also(connection, job)
        log.info("job asked for", job=job.id, kind=kind, attached=attached)
        if not attached:
            self._events.publish(JobChanged(job))
        self._worker.look()
        return job, attached

    async def order(
        self, kind: str, user_id: UserId, params: Document | None = None, *, cooldown_seconds: float
    ) -> tuple[Job, bool]:
        """:meth:`start` for somebody outside, who waits ``cooldown_seconds`` from a start to the next.

        The wait ends with a job that fails before it has asked anybody. Raises :class:`TooEarly`, also while the job
        of that start is running; attaching to one that was not ordered here begins no wait.
        """
        now = self._timing.now
        async with self._storage.read() as connection:
            await cooldown.check(connection, kind, user_id, seconds=cooldown_seconds, now=now())

        async def begin(connection: AsyncConnection, job: Job) -> None:
            await cooldown.begin(connection, job, seconds=cooldown_seconds, now=now())

        return await self.start(kind, user_id, params, also=begin)

    async def get(self, user_id: UserId, job_id: str) -> Job:
        """The job as it is now. Raises :class:`NotFound`."""
        async with self._storage.read() as connection:
            job = await rows.get(connection, user_id, job_id)
        if job is None:
            raise _no_such_job(job_id)
        return self._worker.as_here(job)

    async def recent(self, user_id: UserId, limit: int = 20, *, kind: str | None = None) -> list[Job]:
        """The user's jobs, newest first."""
        async with self._storage.read() as connection:
            return await rows.recent(connection, user_id, limit, kind=kind)

    async def last(self, user_id: UserId) -> Job | None:
        """The user's newest job that is worth a word: what runs by itself every few minutes and went well is not."""
        async with self._storage.read() as connection:
            found = await rows.recent(connection, user_id, 1)
            if found and found[0].params.get("scheduled") and found[0].state in (JobState.DONE, JobState.PARTIAL):
                found = await rows.recent(connection, user_id, 1, but=found[0].kind)
        return found[0] if found else None

    async def active(self, user_id: UserId) -> list[Job]:
        """The user's jobs that are queued, running or waiting, oldest first."""
        async with self._storage.read() as connection:
            return [self._worker.as_here(job) for job in await rows.active(connection, user_id)]

    async def problems(self, job_id: str, limit: int | None = None) -> list[Problem]:
        """What went wrong with single items, in the order it happened."""
        async with self._storage.read() as connection:
            return await rows.problems(connection, job_id, limit)

    async def cancel(self, user_id: UserId, job_id: str) -> Job:
        """Ask the job to stop, wherever it runs; it does within a second and what it stored stays.

        A job that has ended is left as it is. Raises :class:`NotFound`.
        """
        async with self._storage.write() as connection:
            job = await rows.request_cancel(connection, user_id, job_id)
        if job is None:
            raise _no_such_job(job_id)
        self._worker.cancel(job_id)
        self._events.publish(JobChanged(job))
        return job

    async def watch(self, user_id: UserId, job_id: str) -> AsyncGenerator[Job]:
        """The job now and after every change, at most 4 times a second; ends after its last state.

        Works whichever process runs the job; a slow reader only misses steps in between. A store that is away meanwhile
        is waited for. Raises :class:`NotFound`, and :class:`StoreError` where the job cannot be looked at even once.
        """
        shown: Job | None = None
        with self._events.subscribe(JobChanged, size=16) as told:
            while True:
                try:
                    job = await self._look(user_id, job_id)
                except StoreError:
                    if shown is None:
                        raise
                    await asyncio.sleep(self._timing.poll)
                    continue
                if shown is None or _visible(job) != _visible(shown):
                    shown = job
                    yield job
                if not job.state.is_active:
                    return
                await asyncio.sleep(self._timing.progress)
                if self._worker.runs(job_id):
                    await self._told(told, job_id)

    async def upcoming(self, user_id: UserId) -> list[Upcoming]:
        """The user's schedule: the next run of each kind that runs by itself, soonest first."""
        return await self.schedule.upcoming(user_id)

    async def run(self) -> None:
        """Work and keep the schedule until cancelled; running jobs then stop at their next page and are given back."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._worker.run(), name="job worker")
            group.create_task(self.schedule.run(), name="schedule")

    async def _told(self, told: Subscription, job_id: str) -> None:
        """Return when the job changed in this process, or after a while: its row is the truth."""
        try:
            async with asyncio.timeout(self._timing.poll):
                async for event in told:
                    if isinstance(event, JobChanged) and event.job.id == job_id:
                        return
        except TimeoutError:
            return

    async def _look(self, user_id: UserId, job_id: str) -> Job:
        """The row, read at most 4 times a second however many watch."""
        clock = asyncio.get_running_loop().time
        read_at, reading = self._looks.get((user_id, job_id), (0.0, None))
        if reading is None or (reading.done() and clock() - read_at >= self._timing.progress):
            reading = asyncio.create_task(self.get(user_id, job_id))
            self._looks[user_id, job_id] = (clock(), reading)
        try:
            job = await asyncio.shield(reading)
        except NotFound:
            self._looks.pop((user_id, job_id), None)
            raise
        if not job.state.is_active:
            self._looks.pop((user_id, job_id), None)
        return job


def _visible(job: Job) -> Job:
    """The job without what changes by its owner's heart-beat alone."""
    return replace(job, lease_until=None)


def _no_such_job(job_id: str) -> NotFound:
    return NotFound(f"There is no job {job_id}.", "`lockgroove sync` starts one.")
