"""``python -m tests.journeys.sync_process DIRECTORY [KIND PARAMETERS]``: one process that runs a job to its end (a whole sync of
Discogs unless told otherwise), made to be killed. It says "ready", a line whenever the job got further, and how it ended.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

import structlog

from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


async def run(directory: Path, kind: str = "sync", parameters: str = '{"sources": ["discogs"], "full": true}') -> None:
    places = locate(directory)
    async with open_runtime(load_settings(places), places) as runtime:
        print("ready", flush=True)
        job, _ = await runtime.jobs.start(kind, runtime.owner.id, json.loads(parameters))
        last = job
        async for last in runtime.jobs.watch(runtime.owner.id, job.id):
            if kind != "sync" and last.checkpoint:
                print("further", flush=True)
        print(last.state.value, last.error or "", flush=True)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), *sys.argv[2:]))
