"""``python -m benchmarks.sync``: a first sync of 5,000 copies from a simulated Discogs in another process.

Prints the wall time, our own CPU time per copy (the bar: 2 ms) and the simulator's share of the CPU time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
import structlog

from benchmarks.bars import Bars
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings

BAR_MS = 2.0


async def measure(records: int) -> int:
    """One first sync in this process; the exit status."""
    simulator = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.demo", "--records", str(records), "--rate-limit", "0", "--with-parent",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert simulator.stdout is not None
    told = json.loads(await simulator.stdout.readline())
    os.environ.update(
        DISCOGS_API_BASE=told["discogs"],
        DISCOGS_WEB_BASE=told["discogs"],
        DISCOGS_TOKEN=told["token"],
        DISCOGS_USERNAME=told["username"],
        SYNC_SCHEDULE="off",
    )
    theirs = psutil.Process(simulator.pid)
    with tempfile.TemporaryDirectory() as directory:
        places = locate(Path(directory))
        async with open_runtime(load_settings(places), places) as runtime:
            cpu, wall, sim = time.process_time(), time.perf_counter(), sum(theirs.cpu_times()[:2])
            job, _ = await runtime.jobs.start("sync", runtime.owner.id, {"full": True})
            last = [seen async for seen in runtime.jobs.watch(runtime.owner.id, job.id)][-1]
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            sim = sum(theirs.cpu_times()[:2]) - sim
    simulator.terminate()
    await simulator.wait()
    copies = last.progress.counts["totalDiscogsItems"]
    ours = cpu / copies * 1000
    print(f"{last.state.value}: {copies} copies in {wall:.2f} s wall ({copies / wall:.0f} a second)")
    bars = Bars("sync")
    note = f"the simulator takes {sim / copies * 1000:.2f} ms, {sim / (cpu + sim):.0%} of both"
    bars.show("our processor time for each copy of a first sync", ours, BAR_MS, "ms", note=note)
    return bars.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5000)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sys.exit(asyncio.run(measure(parser.parse_args().records)))


if __name__ == "__main__":
    main()
