"""``python -m tests.journeys.autosync_process DIRECTORY``: one process that runs the sync of everything and stays until all
that was asked for is filed, made to be killed. It says "ready", how the sync ended, and "filed" with the number of tracks.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import pytest
import structlog

from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from storage.values.autosync import AutosyncState
from tests.services.autosync.scene import hurry

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


async def run(directory: Path) -> None:
    places = locate(directory)
    async with open_runtime(load_settings(places), places) as runtime:
        print("ready", flush=True)
        job, _ = await runtime.jobs.start("sync", runtime.owner.id, {"sources": ["spotify", "plex", "autosync"]})
        last = [seen async for seen in runtime.jobs.watch(runtime.owner.id, job.id)][-1]
        print(last.state.value, last.error or "", flush=True)
        while True:
            states = (await runtime.autosync.counts(runtime.owner.id)).states
            if not states[AutosyncState.REQUESTED] + states[AutosyncState.ARRIVED]:
                break
            await asyncio.sleep(0.3)
        print("filed", states[AutosyncState.IMPORTED], states[AutosyncState.FAILED], flush=True)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        hurry(patch)
        asyncio.run(run(Path(sys.argv[1])))
