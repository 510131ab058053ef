"""``python -m tests.journeys.export_process DIRECTORY``: one process that goes on with an export, made to be killed."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import structlog

from services.discogs.export import rounds
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


async def export(directory: Path) -> None:
    places = locate(directory)
    async with open_runtime(load_settings(places), places) as runtime:
        print("ready", flush=True)
        (newest,) = await runtime.exports.recent(runtime.owner.id, 1)
        last = [seen async for seen in runtime.jobs.watch(runtime.owner.id, newest.id)][-1]
        print(last.state.value, last.error or "", flush=True)


if __name__ == "__main__":
    rounds.SECONDS_BETWEEN_ITEMS = 0.0
    rounds.SECONDS_TO_ARRIVE = 0.3
    asyncio.run(export(Path(sys.argv[1])))
