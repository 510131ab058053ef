"""``python -m benchmarks.kill_sync``: 2,000 records, 200 of them only here, and a process that is killed 50 times.

Prints whether library and collection end as after an undisturbed sync, and how often each add was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bars import Bars
from tests.journeys.kills import aftermath


async def measure(records: int, pushes: int, kills: int, seed: int) -> int:
    """Sync twice, calmly and killed; the exit status."""
    with tempfile.TemporaryDirectory() as directory:
        calm = await aftermath(records - pushes, pushes, Path(directory) / "calm")
        began = time.perf_counter()
        killed = await aftermath(records - pushes, pushes, Path(directory) / "killed", kills=kills, seed=seed)
        seconds = time.perf_counter() - began
    twice = [path for path, count in killed.adds.items() if count > 1]
    alike = killed.library == calm.library and killed.collection == calm.collection
    print(f"records {len(killed.library)}, adds {len(killed.adds)}, kills {killed.kills}, {seconds:.0f} s")
    bars = Bars("kill -9")
    bars.must(f"{killed.kills} times in a sync: ends like an undisturbed one", alike)
    bars.show("... adds sent twice", len(twice), 0)
    bars.show("... adds left open", killed.unsettled, 0)
    return bars.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--pushes", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(measure(given.records, given.pushes, given.kills, given.seed)))


if __name__ == "__main__":
    main()
