"""The sync: pull what is on Discogs, push what is only here, as a durable job (records-contract.md section 1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.discogs.bookmark import Bookmark, Memory, Stage
from services.discogs.connect import Discogs
from services.discogs.pull import pull
from services.discogs.push import push
from services.discogs.reading import Reading
from services.events import CollectionChanged, Events
from services.jobs import JobResult, Work
from services.upstream import Limiter
from storage import jobs
from storage.values import UserId

MEMORY_REACH = 20
"""How many past syncs are searched for what the last completed one remembered."""


class SyncJob:
    """The kind of job that keeps a user's library and Discogs collection in step, both ways.

    Parameters: ``{"sources": ["discogs"], "full": bool}``. The result holds the figures of SyncProgress and the memory
    for the next sync. It fails with :class:`NotConnected` where there is no credential, and with the upstream's error
    where the collection cannot be read; a record that cannot be pushed is a problem, and the sync goes on.
    """

    name = "sync"

    def __init__(self, discogs: Discogs, events: Events) -> None:
        self._discogs = discogs
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Pull, then push; from the checkpoint on if there is one."""
        user_id = work.job.user_id
        client, username = await self._discogs.account(user_id)
        mark = Bookmark.read(work.job.checkpoint) or Bookmark(memory=await self._memory(work))

        def changed() -> None:
            self._events.publish(CollectionChanged(user_id))

        reading = Reading(work, client, username, self._discogs.web_base, mark, changed)
        async with self._discogs.watched(user_id), _waits_shown(work, client.limiter):
            if mark.stage is Stage.PULL:
                await work.report(phase=Stage.PULL, counts=mark.counts)
                await pull(reading, full=self._is_full(work, mark))
                await _enter(reading, Stage.PUSH)
            await work.report(phase=Stage.PUSH, counts=reading.mark.counts)
            await push(reading)
            await _enter(reading, Stage.DONE)
        return JobResult(await self._result(reading))

    def _is_full(self, work: Work, mark: Bookmark) -> bool:
        """Whether everything is to be read: asked for, never done, or longer ago than SYNC_FULL_DAYS."""
        if work.job.params.get("full") or mark.memory.full_at is None:
            return True
        age = datetime.now(UTC) - datetime.fromisoformat(mark.memory.full_at)
        return age > timedelta(days=self._discogs.settings.sync_full_days)

    async def _memory(self, work: Work) -> Memory:
        """What the last sync that came to its end left behind."""
        async with work.storage.read() as conn:
            past = await jobs.recent(conn, UserId(work.job.user_id), MEMORY_REACH, kind=self.name)
        return next((Memory.read(job.result) for job in past if job.result and "memory" in job.result), Memory())

    async def _result(self, reading: Reading) -> dict[str, object]:
        mark = reading.mark
        await reading.work.report(phase=Stage.DONE, done=mark.items, total=mark.items, counts=mark.counts)
        return {"phase": Stage.DONE.value, **mark.counts, "memory": mark.memory.document()}


async def _enter(reading: Reading, stage: Stage) -> None:
    reading.mark = replace(reading.mark, stage=stage)
    async with reading.work.saving(reading.mark.document()):
        pass


@asynccontextmanager
async def _waits_shown(work: Work, limiter: Limiter) -> AsyncGenerator[None]:
    """While inside, every wait for the service's limit shows in the job's progress."""
    changed = asyncio.Event()
    changed.set()

    async def show() -> None:
        while True:
            await changed.wait()
            changed.clear()
            await work.report(waiting_until=limiter.waiting_until)

    forget = limiter.on_wait(lambda _: changed.set())
    shower = asyncio.create_task(show(), name="show waits")
    try:
        yield
    finally:
        forget()
        shower.cancel()
        await asyncio.gather(shower, return_exceptions=True)
