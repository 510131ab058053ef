"""A process that runs jobs until it is killed: ``python -m tests.services.jobs.worker_process LIBRARY CATALOGUE``."""

from __future__ import annotations

import asyncio
import sys

from services.events import Events
from services.jobs import Jobs, Timing
from storage import accounts
from storage.engine import open_storage

from .kinds import Pages


async def work(library_url: str, catalogue_url: str) -> None:
    async with open_storage(library_url, catalogue_url) as storage:
        async with storage.write() as conn:
            await accounts.ensure_owner(conn)
        jobs = Jobs(storage, Events(), Timing(lease=3600.0, poll=0.05, progress=0.02))
        jobs.register(Pages())
        await jobs.run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
