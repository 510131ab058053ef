"""``python -m benchmarks.kill_import``: imports killed with SIGKILL at random instants, on SQLite and on PostgreSQL.

Whether the catalogue held all of the one or all of the other dump after each kill, what somebody who asked all the time was
told, whether anything was left behind, and whether the next import made what an undisturbed one makes. ``--postgres`` takes
the address of an empty database; without it only SQLite is tried.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.bars import Bars
from tests.journeys.killed_imports import Place, asked, kill_imports
from tests.services.catalogue.dumps.invented import write


async def measure(bars: Bars, place: Place, dumps: Path, name: str, releases: int, kills: int, seed: int) -> None:
    """Kill imports of one dump into a catalogue of another."""
    august = write(dumps / "august", releases)[0].parent
    september = write(dumps / "september", releases, seed=2, date="20260901")[0].parent
    await place.run(august)
    await place.meet(9_000_001)
    known, told = [await place.contents()], {await place.summary()}
    began = time.perf_counter()
    async with asked(place) as answers:
        killed, found = await kill_imports(place, [september, august], kills, random.Random(seed))
        done = await place.run(august) == "done"
    seconds = time.perf_counter() - began
    left = place.leftovers()
    ended = await place.contents()
    for dumps in (september, august):  # undisturbed
        await place.run(dumps)
        known.append(await place.contents())
        told.add(await place.summary())
    harmed = sum(each not in known for each in found)
    mixed = len(set(answers) - told)
    print(f"  {killed.total} kills in {seconds:.0f} s")
    for what, count in sorted(killed.kills.items()):
        print(f"    {count:3} {what}")
    print(f"  became live all the same, or before: {sum(one != other for one, other in pairwise(found))}")
    bars.show(f"{killed.total} times in an import, {name}: harmed", harmed, 0)
    bars.show("... answers that mix both dumps", mixed, 0, note=f"of {len(answers)} different ones")
    bars.must("... the next import equals an undisturbed one", done and ended == known[-1])
    bars.must("... nothing is left behind", not left, note=str(left or ""))


async def measure_all(server: str | None, releases: int, kills: int, seed: int) -> int:
    """On either engine."""
    bars = Bars("kill -9")
    for name, url in (("SQLite", None), ("PostgreSQL", server)):
        if name == "SQLite" or url:
            print(f"{name}, {releases:,} releases")
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder) / "home"
                await asyncio.to_thread(home.mkdir)
                await measure(bars, Place(home, url), Path(folder), name, releases, kills, seed)
    return bars.end()


def main() -> None:
    """Kill, print, fail if any harm was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", help="the address of an empty database")
    given = parser.parse_args()
    sys.exit(asyncio.run(measure_all(given.postgres, given.releases, given.kills, given.seed)))


if __name__ == "__main__":
    main()
