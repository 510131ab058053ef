"""``python -m tests.journeys.downloads_process DIRECTORY``: one process that keeps the download queue until it is empty, made
to be killed.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import structlog

from services.downloads.hold import Rhythm
from services.downloads.queue import Downloads
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
RHYTHM = Rhythm(poll=0.05, slowest=0.1, look=0.02, lease=5.0, renew=1.0, settle=3.0)


async def keep(directory: Path) -> None:
    places = locate(directory)
    settings = load_settings(places)
    async with open_runtime(settings, places, work=False) as runtime:
        queue = Downloads(settings, runtime.storage, runtime.soulseek, runtime.events, RHYTHM)
        keeping = asyncio.create_task(queue.run())
        print("ready", flush=True)
        while (await queue.counts(runtime.owner.id)).active:  # noqa: ASYNC110 - other processes move it too
            await asyncio.sleep(0.05)
        counts = await queue.counts(runtime.owner.id)
        print("done", counts.completed, counts.failed, counts.cancelled, flush=True)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))
