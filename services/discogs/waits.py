"""Waits for the service's limit, shown in the progress of the job that waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from services.jobs import Work
from services.upstream import Limiter


@asynccontextmanager
async def waits_shown(work: Work, limiter: Limiter) -> AsyncGenerator[None]:
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
