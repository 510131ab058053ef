"""Kinds of jobs that store pages: each page is an entry of the feed, so a page stored twice shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.jobs import JobResult, Work
from storage import activity


class Pages:
    """Stores ``params["pages"]`` pages, each with its checkpoint; ``between`` is awaited before every page."""

    name = "pages"

    def __init__(self, between: Callable[[int], Awaitable[object]] | None = None) -> None:
        self._between = between

    async def run(self, work: Work) -> JobResult:
        total = int(work.job.params["pages"])
        first = int(work.job.checkpoint.get("page", 0))
        await work.report(phase="storing", done=first, total=total)
        for page in range(first, total):
            if self._between:
                await self._between(page)
            async with work.saving({"page": page + 1}) as conn:
                await activity.add(conn, work.job.user_id, "page", str(page))
            await work.report(done=page + 1, counts={"stored": page + 1})
        return JobResult({"stored": total})


class Gate:
    """Lets pages pass up to one, and tells when the job stands before it."""

    def __init__(self, shut_before: int) -> None:
        self._shut_before = shut_before
        self._opened = asyncio.Event()
        self.reached = asyncio.Event()

    async def __call__(self, page: int) -> None:
        if page == self._shut_before:
            self.reached.set()
            await self._opened.wait()

    def open(self) -> None:
        self._opened.set()


class Acting:
    """Does what the test says."""

    name = "acting"

    def __init__(self, act: Callable[[Work], Awaitable[JobResult | None]]) -> None:
        self._act = act

    async def run(self, work: Work) -> JobResult:
        return await self._act(work) or JobResult()
