"""``python -m benchmarks.kill_import``: imports killed with SIGKILL at random instants, on SQLite and on PostgreSQL.

Whether the catalogue held all of the one or all of the other dump after each kill, what somebody who asked all the time was
told, whether anything was left behind, and whether the next import made what an undisturbed one makes. ``--postgres`` takes
the address of an empty database; without it only SQLite is tried.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from tests.journeys.killed_imports import Place, asked, kill_imports
from tests.services.catalogue.dumps.invented import write


async def measure(place: Place, dumps: Path, releases: int, kills: int, seed: int) -> bool:
    """Kill imports of one dump into a catalogue of another; whether no harm was done."""
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
    print(f"  {killed.total} kills in {seconds:.0f} s; harmed: {harmed}")
    for what, count in sorted(killed.kills.items()):
        print(f"    {count:3} {what}")
    print(f"  became live all the same, or before: {sum(one != other for one, other in pairwise(found))}")
    print(
        f"  {len(answers)} different answers, neither one nor other: {len(set(answers) - told)}; left: {left or 'nothing'}"
    )
    print(f"  the next import succeeded: {done}; it equals an undisturbed one: {ended == known[-1]}")
    return done and ended == known[-1] and not harmed and not set(answers) - told and not left


async def measure_all(server: str | None, releases: int, kills: int, seed: int) -> bool:
    """On either engine."""
    good = True
    for name, url in (("SQLite", None), ("PostgreSQL", server)):
        if name == "SQLite" or url:
            print(f"{name}, {releases:,} releases")
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder) / "home"
                await asyncio.to_thread(home.mkdir)
                good &= await measure(Place(home, url), Path(folder), releases, kills, seed)
    return good


def main() -> None:
    """Kill, print, fail if any harm was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", help="the address of an empty database")
    given = parser.parse_args()
    if not asyncio.run(measure_all(given.postgres, given.releases, given.kills, given.seed)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
