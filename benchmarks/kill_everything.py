"""``python -m benchmarks.kill_everything [KIND...]``: every kind of job, its process killed at random instants.

For each kind prints how many times a process was killed, and in what the library ended otherwise than after an undisturbed
run: nothing lost, nothing twice. Kinds that need more around them are killed by tests, which are named.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path

from benchmarks.bars import Bars
from tests.journeys.every_kind import ELSEWHERE, SCENES, differences, run


async def kill(kind: str, kills: int, lots: random.Random, bars: Bars) -> None:
    """Kill processes of this kind until it was done so often, and look how every run ended."""
    with tempfile.TemporaryDirectory() as directory:
        folder, began = Path(directory), time.perf_counter()
        one, two = await run(kind, folder / "one"), await run(kind, folder / "two")
        killed = rounds = 0
        lives, found = 0, list[str]()
        while killed < kills and rounds < kills:
            rounds += 1
            most, within = min(4, kills - killed), max(0.3, 0.8 * min(one.seconds, two.seconds))
            left = await run(kind, folder / f"killed-{rounds}", kills=most, within=within, lots=lots)
            killed += left.kills
            lives += len(left.lives)
            found += differences(one, two, left)
        seconds = time.perf_counter() - began
    about = f"{rounds} runs, {lives} lives; undisturbed {one.seconds:.1f} s ({one.state}); {seconds:.0f} s in all"
    bars.must(f"{kind}: killed at all", killed > 0)
    bars.show(f"{kind}: differences after {killed} kills", len(found), 0, note=about)
    for each in found[:6]:
        print(f"    {each}"[:400], flush=True)


async def measure(kinds: list[str], kills: int, seed: int) -> int:
    """All of them, one after the other; the exit status."""
    lots, bars = random.Random(seed), Bars("kill -9 at random instants")
    for kind in kinds:
        await kill(kind, kills, lots, bars)
    return bars.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(SCENES)}; default: all")
    parser.add_argument("--kills", type=int, default=10, help="for each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    status = asyncio.run(measure(given.kinds or list(SCENES), given.kills, given.seed))
    for kind, where in ELSEWHERE.items():
        print(f"{kind:16} is killed by {where}")
    raise SystemExit(status)


if __name__ == "__main__":
    main()
