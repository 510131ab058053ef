"""Processes with jobs: each ``office`` is what one process has, over its own connections to the same library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from services.events import Events
from services.jobs import JobKind, Jobs, Timing
from storage import accounts, activity
from storage.engine import Storage, open_storage
from storage.values import Job, UserId

QUICK = Timing(poll=0.05, progress=0.02)


class Clock:
    """A wall clock that a test sets."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Office:
    jobs: Jobs
    events: Events
    storage: Storage
    user_id: UserId
    running: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Run worker and schedule."""
        self.running = asyncio.create_task(self.jobs.run())

    async def close(self) -> None:
        """End this process's part in order."""
        if self.running:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
            self.running = None

    async def ended(self, job: Job) -> Job:
        """The job once it has ended."""
        async with asyncio.timeout(30):
            return [seen async for seen in self.jobs.watch(self.user_id, job.id)][-1]

    async def until(self, job: Job, wanted: Callable[[Job], bool]) -> Job:
        """The job once it is as wanted."""
        async with asyncio.timeout(30):
            async for seen in self.jobs.watch(self.user_id, job.id):
                if wanted(seen):
                    return seen
        raise AssertionError("the job ended without ever being as wanted")

    async def pages(self) -> list[str]:
        """The pages that the kinds of these tests stored, in order."""
        async with self.storage.read() as conn:
            return [entry.status for entry in reversed(await activity.newest(conn, self.user_id, 10_000, type="page"))]

    async def feed(self) -> list[tuple[str, str, dict[str, object]]]:
        async with self.storage.read() as conn:
            found = await activity.newest(conn, self.user_id, 100)
            return [(entry.type, entry.status, entry.details) for entry in found if entry.type != "page"]


OpenOffice = Callable[..., Awaitable[Office]]


@pytest.fixture
async def open_office(library_url: str, tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """Open one more process's part; ``run=False`` leaves its worker off."""
    async with AsyncExitStack() as stack:

        async def opened(*kinds: JobKind, run: bool = True, timing: Timing = QUICK, now: Clock | None = None) -> Office:
            storage = await stack.enter_async_context(
                open_storage(library_url, f"sqlite:///{tmp_path / 'catalogue.db'}")
            )
            async with storage.write() as conn:
                owner = await accounts.ensure_owner(conn)
            events = Events()
            jobs = Jobs(storage, events, replace(timing, now=now) if now else timing)
            for kind in kinds:
                jobs.register(kind)
            office = Office(jobs, events, storage, owner.id)
            stack.push_async_callback(office.close)
            if run:
                office.open()
            return office

        yield opened
