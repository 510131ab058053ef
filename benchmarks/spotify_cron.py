"""One run of the cron over a thousand listeners with 50 plays each, a tenth of them in every kind of trouble.

    uv run python -m benchmarks.spotify_cron [--listeners 1000] [--troubled 100]

Prints what the run told, how long it and a second one took, and fails if plays were lost or stored twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from benchmarks.bars import Bars
from tests.journeys.crowd import PLAYS, crowd, told

BUDGET = 290.0
"""Seconds within which a run must end: ten fewer than whoever calls waits."""


async def measure(listeners: int, troubled: int) -> int:
    bars = Bars("plays")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        async with crowd(Path(directory), listeners) as people:
            print(f"{listeners} listeners signed in within {time.perf_counter() - began:.1f} s")
            kinds = people.trouble(troubled) if troubled else {}
            await people.lose_tokens(name for name, kind in kinds.items() if kind == "no tokens")
            for which in ("first", "second"):
                began = time.perf_counter()
                result = told(await people.run())
                result.pop("errors")
                seconds = time.perf_counter() - began
                bars.show(
                    f"{listeners:,} listeners, {troubled} in trouble, {which} run",
                    seconds,
                    BUDGET,
                    "s",
                    note=json.dumps(result),
                )
            stored = await people.plays()
            lost = [name for name, plays in stored.items() if plays != (0 if name in kinds else PLAYS)]
            bars.show("... listeners with more or fewer plays than they should have", len(lost), 0)
    return bars.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--troubled", type=int, default=100)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(measure(arguments.listeners, arguments.troubled)))


if __name__ == "__main__":
    main()
