"""``python -m tests.journeys.sync_process DIRECTORY``: one process that syncs to the end, made to be killed."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import structlog

from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


async def sync(directory: Path) -> None:
    places = locate(directory)
    async with open_runtime(load_settings(places), places) as runtime:
        print("ready", flush=True)
        job, _ = await runtime.jobs.start("sync", runtime.owner.id, {"sources": ["discogs"], "full": True})
        last = [seen async for seen in runtime.jobs.watch(runtime.owner.id, job.id)][-1]
        print(last.state.value, last.error or "", flush=True)


if __name__ == "__main__":
    asyncio.run(sync(Path(sys.argv[1])))
